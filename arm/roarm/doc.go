// Package roarm drives a Waveshare RoArm-M2(-S) with a gripper, on the ESP32's own firmware.
// It owns the mapping of arm.Driver onto that firmware's lines of JSON, the check of the
// arm's reach, which the firmware does not have, and decides how far a setpoint may lead the
// arm.
//
// # Mapping
//
//	Open      {"T":105} until it is answered, {"T":605,"cmd":0}, {"T":107,"tor":…} if configured
//	Move      {"T":1041,"x":…,"y":…,"z":…,"t":…}, mm, and the gripper's angle every time
//	Grip      {"T":106,"cmd":…,"spd":0,"acc":0}, rad; of a limp arm once it holds
//	Stop      {"T":105}; of a gripper that moves {"T":106} to where it is
//	Rearm     nothing; after Open and Relax {"T":105}, then {"T":1041} to where the arm is, {"T":210,"cmd":1}
//	Relax     {"T":210,"cmd":0}
//	Service   {"T":105} 20 ms after the last one in motion, 200 ms at rest
//	Measured  the joints' angles in {"T":1051}, as the firmware counts them, and where they lead
//
// Nothing is acknowledged: the answer to T:105 is the heartbeat. A line with an answer takes
// about 30 ms; what is unanswered is asked again after 100 ms, and after 500 ms the link is
// lost. Two setpoints at most are out unread, of a receive buffer of 256 bytes.
//
// Never sent: T:104, which blocks the firmware until the arm is there; T:0, which lets the
// arm fall; a setpoint that is not finite or out of reach, of which the firmware makes NaN
// and a jump. It also clips every joint to its limit without a word, and turns the base the
// long way round to get from one side to the other behind the arm; both are refused here.
//
// Lines have no checksum, and the firmware takes one without a T for T:0. The wire has to be
// good.
//
// # Frame
//
// Points are the firmware's: x forward, y left, z up from the shoulder's axis, which is
// 126.06 mm above the base. They are calculated from the joints' angles: with a gripper the
// position in T:1051 leaves out the bend of the forearm (1.73 mm), and one count in the
// middle of base and shoulder, which the setpoints have. An arm that was moved to where it
// says it is would creep.
//
// # Sag
//
// Servos rest off their goals under load: 20 to 60 counts, 1.8° to 5.3°, are expected. How far is
// learned whenever the arm stands. Orders from rest begin where the arm was measured, so the
// setpoints are below the goals by that: it is kept as a bias, which is added to every setpoint's
// joints until the next order from rest, through a stop and a reset as well. T:1041 takes a point
// and no joints; what is sent is the point that leads the firmware to the biased ones, if that is
// within its reach and limits. So Reaches keeps 4 mm from the arm's full length.
//
// What a joint sags by does not count as a lead. Where the levers become shorter on the way it
// counts as less, as if most of the weight were at the gripper. Where the load grows by more than
// the lead, the arm comes to a stand, learns, and goes on. It cannot tell that from an obstacle. So in a
// motion it learns only so much that goals lead by no more than 7° in all, or by the lead and what
// it was known to sag by, if that is more. An arm that stands and has used that up is an alarm,
// and so is one that rests more than 7° off: something holds it, or its 12 V are off.
//
// # Opening
//
// Serial raises DTR and RTS when it opens the port, and a driver cannot choose otherwise. The
// usual circuit of an ESP32 resets it when one of them is up and the other is not, which they can
// be for a moment; whether this board's does, was not tried. So every opening may reset it: then
// the firmware chatters for 4 to 10 s, answers nothing, and moves the arm to its initial pose (x
// 310, z 235) by itself, fast: keep clear. Open waits for 12 s for an answer, and then until the
// arm stands. One that answers and is refused, because its servos do not or because it is set to
// another end, is left alone for a minute: Open then fails without touching the port. One that
// does not answer may be opened again at once.
//
// What is not known after Open, the first or another: whether the torque is on, for which goals,
// and what the gripper was told. So the arm counts as limp, and the first Rearm holds it where it
// then is, as after Relax. It then sinks by its sag, and nothing moves it before it stands. The
// gripper is held where it is measured, which may be a weaker grip.
//
// # What a stop does
//
// Nothing more is sent but the gate's braking setpoints; behind the last one the servos
// hold. A braking setpoint that cannot be sent is dropped, and the arm stops earlier. The
// stop is confirmed when the measured joints have been the same, to two counts, for 100 ms;
// an arm that goes on moving for 2 s, pushed by hand for example, is only said to have been
// told. There is no other stop in the firmware that keeps the arm up.
//
// # Bounded commitment
//
// What has been sent is one setpoint: after it the servos have to go where it is. T:1041
// moves them with an acceleration a = 3.07 rad/s² (20 · 100 counts/s²) and no limit of speed.
// From rest to rest they need 2·√(w/a) for a way w, and less if they are already moving
// towards it at a speed from which they can stop there. So Accepts lets no setpoint pass that
// is farther ahead of any joint, as measured, than
//
//	w = a · ((H − m)/2)²
//
// with H the horizon and m = 30 ms for the wire, the firmware's loop, and the servos. A step
// that is longer is shortened along its line. H = 250 ms is a lead of 2.1°, 400 ms of 6°.
//
// A joint keeps going at speed v if v²/2a, and v times the age of what is known of it, fit
// into its lead. Opened.MaxSpeed is that for a lever of 280 mm, the forearm. In mm/s:
//
//	horizon             250 ms  300 ms  400 ms
//	50 setpoints a s        92     120     179
//	20 setpoints a s        77     104     160
//
// Where the lever is longer or shorter, near the base's axis for example, the setpoints slow
// down by being shortened.
//
// An arm that is held, and let go, springs by what it was held back; and one that reverses in
// the very moment overshoots and comes back: both take longer than the horizon. So may an arm
// whose load changes otherwise than its levers, such as one that lets go of something. Horizons
// below 250 ms are refused: with the greatest sag and other weights, an emulated arm that unfolded
// downwards took up to 17 ms longer. Somebody who commands the arm over its web page at the same time is
// not bounded.
//
// The gripper goes on to the angle that it was told, which takes half a second.
//
// # Relaxing
//
// T:210 lets all servos go, the gripper's too: what it holds falls. Torque that is switched
// on takes the servos to the goal that they had, so Rearm makes the measured posture their goal
// first, which switches it on as well (wiki, "torque lock will automatically be on"). Until an
// answer has come after that, no setpoint passes, and a grip waits; a stop drops it. A posture that
// no setpoint leads to is an alarm, and the arm is left as it is: relax it, and move it by hand.
//
// # Assumed
//
// Numbers are from the firmware's source (waveshareteam/roarm_m2: RoArm-M2_config.h,
// RoArm-M2_module.h, uart_ctrl.h) and Waveshare's wiki. How the arm's weight is spread was not
// measured. This driver was tested on an emulator, and not on a real arm.
package roarm
