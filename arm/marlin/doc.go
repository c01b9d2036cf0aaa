// Package marlin drives an arm whose controller runs Marlin 1.1 or 2, built so that it takes
// Cartesian X, Y and Z: SCARA builds, and machines whose axes are X, Y and Z. It owns the
// mapping of arm.Driver onto Marlin's dialect of G-code, and decides how much motion a
// controller may be sent.
//
// # Mapping
//
//	Move      N… G1 X… Y… Z… F…*…, one a setpoint of 0.15 mm or more, in the controller's own coordinates
//	Stop      nothing more is sent, and M400 tells when the planner has run out; M410 if it does not in time
//	Grip      GripperOpen, GripperClose: one line, sent while the arm stands
//	Rearm     G90, G21
//	Relax     not done: no encoder would see where a hand puts the arm
//	Service   M400 and M114 once the arm should stand, and every second at rest; M114 R ten times a second in motion
//	Measured  M114 of an arm that stands, M114 R of one that moves if the firmware has it
//
// Every line is answered with one ok, which means that it was taken: parsed, and planned if it
// was a motion. It says nothing of whether it made sense; what Marlin thinks of it comes in
// the lines before. At most two lines are un-acknowledged: Marlin reads four ahead, and a
// stop's M400 and M410 must find room, for a bare M410 is heeded as it is read. Where the
// firmware has the EMERGENCY_PARSER it is heeded sooner; the driver does not depend on it,
// and Opened.Firmware says if it is missing.
//
// Lines have numbers and checksums, all but M410, which counts only bare, and the first M115.
// A digit that a bad cable changes would else be a motion to somewhere else, seconds long in
// a planner that cannot take it back. A line that was damaged is not sent again: it is an
// alarm, the arm ends what it has, and the numbers begin anew with what Resend asks for.
//
// echo:busy keeps a line that waits from counting as lost. Halted (kill, by M112, a failed
// homing or a sensor) is a lock that a reset does not end: the controller reads nothing more
// until it is switched off and on, and its motors may have no current. Then, as after every
// start, the link is opened anew.
//
// # Homing
//
// Marlin does not say whether it is homed, and the daemon has no request for it. After a start
// the controller believes some place, and the workspace means nothing until the arm was homed
// at its panel, or with G28 from a terminal before the daemon runs. Many boards restart when
// their port is opened: prevent that, or home after the daemon has started, and then reset the
// stop. Build the firmware with NO_MOTION_BEFORE_HOMING: an arm that is not homed then refuses
// to move, which is an alarm. An arm that is moved from its panel while the daemon runs is
// found within a second, and is an alarm too. If the gate does not believe where it was found,
// as of an arm that is not Measured, its next setpoint begins somewhere else: then the link is
// given up and opened again, which tells.
//
// # What is changed
//
// Open sends M84 S0, M220 S100, M205 B0, G90 and G21, which last until the controller restarts:
// motors keep their current at rest (Marlin's two minutes would let an arm fall), a feed knob
// that was turned down is taken back, short motions are not stretched while fewer than eight
// are planned, and numbers are places, and millimetres in builds that know inches. Nothing is
// saved.
//
// # What a stop does
//
// M410 drops the planner with no ramp at all, where the arm is: steps are lost, the arm is no
// longer where the controller believes, and the controller is deaf for one or two seconds. So
// a stop first lets the planner run out. What it has is less than the horizon, it ends in the
// planner's own ramp, on the way that was planned, and the position stays true: a controlled
// stop. M400 is sent at once, and answered when it is over; M114 then says where, and the
// stop is confirmed. An arm that has not come to rest 150 ms after the horizon gets M410 all
// the same; it is confirmed after the position was read anew, and an alarm says that the arm
// should be homed.
//
// The gate needs no braking setpoints (StopsItself), and no motion is sent before a Rearm. A
// controller that is given up because it is silent gets M410 too: should it read again, it
// drops the one or two motions that waited. One with the EMERGENCY_PARSER heeds it before it has
// read them, and they run: they are within the horizon.
//
// # Measured or not
//
// M114 shows the target of the last line, and M114 R (M114_REALTIME, which is not built in by
// default) where the steppers are. M115 does not tell the two apart, and a firmware without it
// takes M114 R for M114. So the configuration says which (Config.RealtimePosition), and with
// it whether this arm is Measured; a firmware that shows nothing but the target of a moving
// arm is an alarm. Without it positions are reported of an arm that stands: M400 was answered,
// so the target is where the steppers are. Neither sees steps that a motor has lost.
//
// # Bounded commitment
//
// The controller executes what it was sent, whatever becomes of this program. Its planner
// brakes to zero at the end of the last motion. A motion that has begun is never planned
// again: if nothing was behind it when it began, it ends at rest. The first motion from rest
// is held back for 100 ms, unless two more come (planner.cpp, BLOCK_DELAY_FOR_1ST_MOVE).
//
// Accepts holds the promise. It keeps a model of the planner (package-internal type plan):
// acceleration, feeds, corners by junction deviation or jerk, the block that has begun and the
// one that is held back. A setpoint passes if the model, with everything that is not yet
// answered and it as the last motion, rests within H − m, with H the horizon and m = 20 ms of
// margin. A motion enters the model when its answer has come, never before the controller has
// it, and then changes none that begins within 20 ms: the controller may have begun that when the
// motion came. So the model rests no earlier than the arm, but by some milliseconds where answers
// are very late.
//
// With speed v, acceleration a and T between setpoints, the arm flows while what is behind the
// motion that has begun is longer than its ramp: the model then rests 2T + v/a after the last
// setpoint, and more if answers are late. And one setpoint from rest must fit: 100 ms, the
// line's way of 10 ms, and 2·√(v·T/a). Opened.MaxSpeed is therefore
//
//	a · min((H − m − 2T)/2, (H − m − 110 ms)²/4T)
//
// with a the smallest of M201 X, Y, Z and M204 T. An arm with 1000 mm/s² and T = 20 ms reaches
// 45 mm/s with a horizon of 190 ms, which is the least that Config takes, 61 mm/s with 200 ms
// and 95 mm/s with 250 ms: to go faster, give it acceleration first, and then horizon. Open
// refuses an arm with less than 100 mm/s².
//
// A motion of five steps or less is not planned: Marlin leaves it for the next one, and says
// ok. So a setpoint that is less than 0.15 mm away waits for the next, and where the arm rests
// it may be short by five steps of every motor.
//
// What the promise rests on: that the arm goes as fast as it was asked. With M114 R the model
// is corrected ten times a second, and an arm that is slow is sent less; it can overrun the
// horizon by what it has fallen behind until the next measurement, or the one after that where
// it turned round on its line. Without, a feed knob that
// is turned down in motion (M220), or a limit that M503 does not list, makes the arm overrun
// it by as much as it is slower, until it rests again. A SCARA lists degrees: they are taken
// for millimetres, which errs on the safe side wherever a joint turns less than one degree a
// millimetre, so not close to its column, nor stretched out. Input shaping adds its own
// 20 to 50 ms: make the horizon so much longer than it is promised. Builds whose motion is
// planned by FT_MOTION are not for this driver.
//
// It was tested against an emulated controller, and not with an arm.
package marlin
