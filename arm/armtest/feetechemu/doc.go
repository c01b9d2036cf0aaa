// Package feetechemu is a bus of Feetech STS servos (STS3215, ST3215) with their
// joints, for tests.
//
// It is written from Feetech's protocol manual and memory table of the STS3215
// (as Mowibox/stm32-sts3215-lib and Mickael-Roger/python-st3215 restate them),
// from lerobot's motors/feetech and from what people measured on servos, and
// never from a driver, so that a misreading on one side shows. Where these
// disagree or are silent:
//
//   - The return delay is register 7, and 0 in the memory table; lerobot found
//     250 (500 µs). It is the Config's.
//   - A goal that is written while torque is off does not move the joint, and the
//     joint jumps when torque goes on. Firmware 3.10 was seen to switch torque on
//     by itself when a goal is written that differs from the present position
//     (not by one that equals it): so with GoalEnables. The goal is 0 after power
//     up on all of them.
//   - A goal outside the angle limits is clipped when it takes effect; the register
//     keeps what was written. Register 44 does nothing but in PWM mode. Modes other
//     than that of position hold the joint where it is.
//   - In a sync read the slot of a servo that does not answer passes unused: as
//     long as its answer with the Config's return delay. No source says so. With
//     ChainBreaks nobody behind it answers, as Dynamixels do that wait for the
//     answer before theirs (ROBOTIS-GIT/DynamixelSDK issue 331).
//   - A ping to the broadcast id is answered, by all at once: with more than one
//     servo the answers collide. The manual forbids it for that reason.
//   - A write to the id is answered with the old id, for lerobot waits for that.
//   - The lock is closed after power up. A closed lock does not keep a write to the
//     EEPROM registers from taking effect, but from outlasting a loss of power.
//   - Too high a temperature switches torque off (register 40 becomes 0) and does
//     not let it on, as register 19 says by default. Voltage only sets its bit.
//   - An overload leaves the servo holding with the protective torque (register 34),
//     its bit set, until torque is switched off, or until a goal is written that is
//     no longer on the far side of what stopped it.
//   - With MultiTurn, bit 4 of register 18, the position does not wrap where a turn
//     ends: beyond it is less than 0, or more than 4095 (lerobot, pull request 3373).
//   - Reading the present position while a joint moves gives where it was at the
//     last millisecond.
//   - 128 to register 40 shifts the goal with the offset, and leaves torque as it is.
//
// # The line
//
// Bytes take 10 µs, and nobody listens before speaking: what host and servos, or
// two servos, send at the same time is destroyed on both sides. The adapter adds
// Config.Latency each way, and hands on an answer when it is complete.
//
// # The joints
//
// A setpoint moves to the goal in a trapezoid of the goal speed and register 41,
// neither beyond what the motor can do, and the joint follows it with a lag, to
// within the dead zone. Its weight leaves it below its goal by a count for each
// 2 % of gravity, and lets it fall when it is limp. Positions and goals are those
// of one turn. Left out: the mechanics' backlash, the speed's dependence on load and voltage,
// current protection, the angle sensor's fault, the registers above 70, reset (06),
// reboot (08), backup and calibration instructions (all ignored), other baud rates.
//
// # Events
//
// EvLine is a valid instruction packet and EvSent a status packet, both in hex,
// with the id as N. EvState tells "torque 3 on", "overload 3 on", "temperature 3
// on", "voltage 3 on" (or off), and "reboot". [EvJump], [EvCollision] and
// [EvChecksum] come from no other machine. Joints are the encoders', in the order
// of the Config: an offset does not change them.
//
// # Faults
//
//	hang              hear and answer nothing; motion goes on
//	mute              do everything, answer nothing
//	noise on          three bytes of noise before every answer
//	noise off
//	corrupt N         the next N answers have a wrong checksum
//	lose N            the next N answers are not sent
//	resume            end these
//	garbage N         send N bytes of noise
//	drop ID           the servo is gone from the bus; it goes on moving
//	back ID           it is there again
//	dip ID            the servo's power fails for a moment: torque off, goal 0
//	block ID          the joint is stuck
//	overload ID       the servo protects itself, and goes on until free
//	free ID           end block and overload
//	turn ID COUNTS    turn a limp joint by hand
//	voltage TENTHS    the supply, in 0.1 V
//	temperature ID C  in °C
//	reboot            power goes and comes back: torque off, goal 0, deaf for 0.8 s
package feetechemu
