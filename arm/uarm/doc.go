// Package uarm drives a uArm Swift or Swift Pro with UFACTORY's firmware 3.2. It owns the
// mapping of arm.Driver onto its protocol, and decides how much motion the controller may be
// sent.
//
// # Mapping
//
//	Open      #n P2203 until it is answered, then as a stop
//	Move      #n G0 X… Y… Z… F…, one un-acknowledged at a time
//	Stop      M410, bare; at its ok #n M2000; then M2200 until the arm stands
//	Grip      #n M2232 V1 or V0 (a pump: M2231), then P2232 (P2231) until it is so
//	Relax     #n M2019, motors off
//	Rearm     after Relax #n M17, motors on; #n M2000, where the controller does not know
//	          where the arm is
//	Service   #n M2120: positions 20 times a second in motion, once a second at rest
//	Measured  @3, which the controller reads from the encoders
//
// Lines have a number, and their answers the same. A refused motion is answered by "$n ok E22 …", so
// the ok says nothing; a command that the firmware does not know has no numbered answer at
// all, and every line has a deadline. P2220, the position of the documents, is what was
// commanded; @9, the report of a motion's end, may come in the middle of another line:
// both are not used. The arm stands when M2200 says so and two positions are the same.
//
// The inverse kinematics are on board, and what the arm reaches depends on its tool, so this
// package does not know it: E22 is an alarm. So is an arm that stands more than 5 mm from where it
// was sent, for its motors do not know that they were held up.
//
// Opening the port pulses DTR, which starts most boards anew: the arm stays where it is, a
// gripper or a pump lets go, and on old boards the wrist turns to its middle. Other firmware
// than 3.x is refused: 4.x is another program, in which M410 is not known to stop anything.
//
// # Where a motion begins
//
// An arm at rest stands some mm beside where the controller takes it to be. Its setpoints begin
// where it was measured, and the controller's lines where it was sent: that difference, up to the
// 5 mm of the alarm, is added to every setpoint until the arm rests again, so that a line is
// as long as its step and the arm ends where its last setpoint is. M2000 would let the controller believe
// the encoders instead, but it is deaf to motion for half a second after it: every motion of
// an arm whose joints give way would begin that much late. A setpoint that begins more than 1 mm from
// where the arm stands is an alarm.
//
// # What a stop does
//
// M410 is heeded within some 100 ms, whatever else is in work, if its line can be read: the
// controller reads four lines ahead. At most two are un-acknowledged here. The motors
// stop without a ramp, and may lose steps; M2000 then empties the queue, and lets the controller
// plan from where the encoders say that the arm is. For half a second after either the
// controller answers a G0 with ok and throws it away (cleaning_buffer_counter), so nothing
// is accepted for 600 ms. The stop is confirmed when the arm stands after all that. An arm
// that cannot say so, for it has lost its power, ends a stop with "sent" after 3 s.
//
// M410 is repeated every 500 ms until it is answered. A controller that stays silent is given up
// with another one.
//
// # Power
//
// The controller lives on USB's 5 V; the motors need 12 V. Without them the arm does not open; if
// they go, it is locked until they are back, and the controller then has to read the
// encoders before it moves again.
//
// # Bounded commitment
//
// The controller executes what it was sent, whatever becomes of this program. It cuts a G0 into
// pieces of 1/160 s and answers when the last one is planned; a setpoint's few pieces all
// fit into its planner of 15, so the ok does not bound anything. What bounds it is where
// the arm was measured: what was sent and is not measured as done has to be done within
// the horizon H,
//
//	m + T/pace ≤ H
//
// with a margin m of 40 ms, and T the time for all of it from standstill, a trapezoid with the
// feeds that were asked for and an acceleration of 400 mm/s², and a stop at every corner. The
// arm really moves, and is ahead of its last report, so it takes less. pace is what
// experience makes of T: it begins at 0.7, rises while the arm is in time, and falls when a
// report shows it to be late. It is not taken to be less than 2·tick/(H − m), which keeps room
// for a short step; an arm that is slower than that overruns the horizon by as much. So does one that
// becomes slower in motion, until the next report. A step from standstill that does not fit
// is shortened.
//
// To flow at a speed v with acceleration a, braking needs v²/2a ahead of the arm, and v·b for
// what is not reported yet, where b = m + 50 ms + 20 ms + tick. T of both, with its two ramps,
// gives Opened.MaxSpeed:
//
//	v = a·(H − b)/1.5, at most 90 mm/s
//
// and 90 mm/s is what 15 pieces of look-ahead allow. With 20 setpoints a second an arm goes 16 mm/s with
// a horizon of 220 ms, the shortest, 64 mm/s with 400 ms and 90 mm/s with 500 ms. A tick_hz of
// 20 suits it, 25 is the most: an answer takes 10 to 30 ms.
//
// # What is assumed
//
// The numbers are from the firmware's source, uArm-Developer/SwiftProForArduino, Marlin/, in
// its normal mode (M2400 S0): the laser, print and pen modes are eight times slower.
//
// That source plans in degrees of the motors, and takes an F of 60 for 1 degree/s of the three
// together (line_to_destination in Marlin_main.cpp, buffer_line in planner.cpp), although the
// documents call it mm/min. With the gripper on, a degree is some 1 to 6 mm at the tool, between 150
// and 330 mm from the base's axis. So the arm may go faster than F says within a step. Its mean speed is
// the setpoints', from standstill as well, for it never has more than a few of them; between two
// of them it can speed up only as its acceleration permits, to some 20 mm/s more than they have. The
// configured limit of speed keeps that distance from what would be too fast.
//
// The horizon holds for both readings of F, there. Nearer to the base a degree may be as little as
// 0.3 mm, for the links are nearly folded: the arm is then slower than the slowest pace, and
// took up to half as long again as the horizon on the emulator. Farther out, up to 370 mm, the links
// are nearly straight, and it took some ms more than the horizon. A workspace for this arm keeps out
// of both.
//
// This package was tested on an emulated controller, and not on a real arm.
package uarm
