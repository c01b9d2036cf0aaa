// Package feetech drives Aether's own arm: four Feetech STS or SMS servos (ST3215) for base,
// shoulder, elbow and wrist, and a fifth for the claw if there is one, on one half-duplex bus at
// 1,000,000 baud. It owns the mapping of arm.Driver onto their registers, and decides how much
// motion they may be sent. Package kinematics turns setpoints into joint angles.
//
// Registers and frames are from Feetech's STS memory table and protocol manual, as
// huggingface/lerobot (motors/feetech) and Mickael-Roger/python-st3215 restate them. All of it
// was tested on an emulated bus, and none of it on servos.
//
// # Mapping
//
//	Open      ping, read model, firmware and mode of every servo; then what Rearm does
//	Move      one sync write to all: acceleration, goal, speed, torque limit (41 to 49)
//	Grip      the claw's goal, in the same sync write
//	Stop      the goals that were sent last, once more
//	Rearm     goal := present position, read back, then torque on (40), read back
//	Relax     torque off, of the joints
//	Service   sync read of 40 to 66: behind every Move, and 10 times a second at rest
//	Measured  the joints' angles of the positions read (56), and their forward kinematics
//	Close     nothing: the servos hold their goals
//
// Nothing below register 40, the EEPROM, is ever written. Every write is a sync write, which is
// never answered, and is confirmed by the next sync read: a goal that did not arrive is sent
// again. Speed and torque limits ride in every frame because a servo whose supply fails for a
// moment forgets them.
//
// Sync read (82) is needed; there is no fallback for firmware that does not know it, and Open
// says so.
//
// Joints are reported as package kinematics counts them: a servo's position with the joint's zero and
// direction applied. The claw is none of them.
//
// # The bus
//
// Host and servos share one wire, and nobody listens before speaking. A cycle is a sync read
// and the answers to it. While one is under way nothing else is sent: a frame that is due waits
// for the last answer, or until none can come any more, and of two goals that wait the newer
// one goes out. With five servos:
//
//	goals     58 bytes                        0.6 ms
//	question  13 bytes                        0.1 ms
//	answers   5 × (33 bytes + return delay)   1.7 ms, and 2.5 ms with the longest delay (register 7)
//	adapter   2 USB frames                    0.2 to 2 ms
//
// That is 3 to 7 ms of a tick of 10; with a tick of less than that some goals wait. An adapter
// with a latency timer (FTDI: 16 ms) has to be set to 1 ms: answers that come later than in 8 ms
// would be taken for those to the next question, so Open times them and refuses such an adapter.
// Where the adapter gives back what is sent, Open sees it: the echo comes before the first answer.
//
// An answer that is missing or damaged (its checksum is wrong) is passed over, and counted. A
// servo that does not answer 15 cycles running, a quarter of a second, is an alarm with its
// joint's name; if none of them does, the link is lost. Nothing moves on more than two cycles
// without a joint's answer.
//
// Whoever gives up the link takes back the joints' goals that nobody has answered to have: they
// may be in the line still, and shall move nothing later. If servos have heard them, and only
// their answers are missing, the arm goes back by that: once, and by less than the motion of a
// horizon. At rest there is nothing to take back, and the claw's goal stays.
//
// # Never a jump
//
// A servo that is switched on goes to the goal that it has, at once: after power up to 0. So its
// goal becomes its position first, and motors go on when a read has shown that. A servo that
// already stands with its motor on keeps its goal; one that moves, because the daemon was killed
// in a motion, gets its position for a goal.
//
// Some firmware (3.10 was seen to) switches a motor on by itself when a goal is written. So a
// servo whose motor is off, because it protects itself or its supply failed, gets no goal from a
// stop, a repair or a motion of the others, nor does one that has not answered for more than two
// cycles: it may have fallen, and would go back up. Only Open and Rearm tell it one, its position.
//
// A servo that counts turns (bit 4 of register 18) can be at less than 0 or more than 4095
// counts. It is told no goal there, and the arm is not switched on.
//
// Setpoints begin where the arm was measured whenever they do not go on from the one before:
// after Open, and after a reset. A load keeps a servo from its goal (see sag in config.go). That
// offset is kept in the goals: else each beginning would let the arm sink by it.
//
// A hand whose pitch is not the configured one, because somebody turned it while the arm was
// limp, is levelled on the first way, at the joints' speeds.
//
// # What a stop does
//
// The servos hold; torque stays on. Stop drops what waits and sends again the goals that were
// sent last: they are what the servos shall do until the gate's braking setpoints come, which is
// within a tick, and the frame repairs one that was lost. The present position would be no
// better goal: the arm would overshoot it and come back. If servos are answering, the frame waits
// for them, a few milliseconds: nobody would hear an instruction that collides with an answer,
// and the answers would be lost as well. The stop is confirmed when every servo has stood for
// 60 ms, with the goal that it was sent; if one does not answer, it is StopSent. So it is after 2 s
// for a servo that does not stand quite still, but was all the while as near to its goal as a
// load explains: it hunts. One that is moved away from its goal keeps the stop pending.
//
// A braking setpoint that cannot be carried out, at the edge of the reach or with a joint that
// does not follow, is taken and not sent: the gate comes to a stand, and the arm holds.
//
// The claw is halted if it moves. If it holds something, it goes on: a stop drops nothing. A grip
// that comes while Rearm is under way is carried out behind it, unless a stop drops it.
//
// Relax switches off the joints and not the claw, for what it holds would fall on whoever guides
// the arm. A stop of a limp arm leaves it limp, and is confirmed.
//
// # Bounded commitment
//
// A servo goes to the last goal that it got, whatever becomes of this program. With w counts
// ahead of it, at u counts/s, limits v (46) and a (41), that takes
//
//	(2p − u)/a + (w − (2p² − u²)/2a)/p    with p = min(v, √(a·w + u²/2))
//
// and Accepts takes a setpoint only if that is less than H − m for every joint, with H the
// horizon and m = 25 ms: 8 ms for which a goal may wait for the bus, and the rest for the lag of
// the servo's own loop. w is measured, without what the load costs. v is what the servo has been
// seen to do since it was switched on, at most its limit: one that is behind and becomes no
// faster is slow. Of an arm that stands that is not known: it gets a part of a first step that
// would be too long. A servo that becomes slower in the middle of a motion can overrun the horizon by
// what it falls behind until the next reads show it.
//
// To flow at v, v²/2a of a way has to be ahead, a tick of goals on top of it, and the
// measurement is a tick old: so the horizon must be at least m + v/a + 2 ticks, and Validate
// refuses a shorter one. With 100 ms and ticks of 10 ms that leaves v/a ≤ 55 ms: 90°/s needs
// 1640°/s². It limits no speed of the tool point: Opened.MaxSpeed is 0, joints that would turn
// too fast shorten the step instead.
//
// The claw's way is not bounded: it is sent its goal at once, and goes there. Its torque limit
// bounds what that can do.
//
// # Faults
//
// Each of these stops the arm, names the joint, and locks it while it lasts: bits of the status
// byte (voltage, sensor, temperature, current, angle, overload), voltage and temperature beyond
// the configured limits, a load above the configured one for half a second, a motor that is off
// and should not be, a servo that does not answer. It takes two cycles, because a checksum of a
// byte lets noise pass now and then. A reset puts goals to where servos are and switches motors
// on; what is wrong still is told again.
//
// After an overload (80 % for 2 s as delivered, registers 35 and 36) a servo reduces its torque
// by itself to a fifth (34), and the arm may sink. So may one whose servo switches itself off at
// its own temperature limit (13, 19). A limit on torque below 80 % keeps a claw out of that.
//
// A joint that is more than 3.5° from its goal and comes no nearer for 0.4 s does not follow:
// an alarm. It is told to stay where it is, for it would go on pushing at what is in its way.
//
// A joint that is found outside of its limits cannot be commanded: somebody has to relax the arm
// and move it by hand. Until then it is locked.
//
// A joint that has fallen, because its servo let go, stays where it is, also when the servo is
// well again: a reset takes hold of it there.
//
// # Assumed
//
// That speeds are counts/s (register 18, bit 2), that a new goal changes a servo's profile
// without stopping it, that the position does not pass from 4095 to 0 within a joint's limits
// (Validate), and that the angle limits in the servos (9 to 12) are no narrower than the joints':
// a servo clips a goal beyond them without a word, and does not follow.
package feetech
