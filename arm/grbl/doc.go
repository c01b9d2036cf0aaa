// Package grbl drives an arm whose controller runs Grbl 1.1 or grblHAL. It owns the
// mapping of arm.Driver onto Grbl's protocol, and decides how much motion a controller
// may be sent.
//
// # Mapping
//
//	Move      $J=G90G21X…Y…Z…F…, one jog a setpoint, in work coordinates
//	Stop      0x85, jog cancel; if that does not help "!", feed hold, and then 0x18
//	Grip      GripperOpen, GripperClose: plain G-code, sent while the arm stands
//	Rearm     $X after an alarm, if the configuration permits; 0x18 after a hold or a door
//	Service   "?", ten times a second in motion, once a second at rest
//	Measured  MPos − WCO, or WPos, of every report
//
// Jogs leave G-code's modes alone, end at 0x85 without a reset, and refuse a target
// outside soft limits with error:15 where a G1 would lock the controller. An ok means
// that a line was parsed and planned; the arm is there when a report says Idle.
//
// Grbl has no inverse kinematics: X, Y and Z are what its build makes of them.
//
// # What a stop does
//
// Grbl heeds 0x85 only in the state Jog, and a line that is still in its receive buffer
// starts a new jog afterwards. So 0x85 is sent again at the answer to every such line. The
// stop is confirmed by a report that says Idle while nothing is un-acknowledged. grblHAL
// drops its receive buffer with the jog and never answers those lines: $$ then shows that
// nothing older is to come, for its answer cannot be mistaken.
//
// A repeated 0x85 has a price. After a cancelled jog Grbl stays in Jog for $1 ms more (25
// by default), in which the arm stands; a cancel that comes in then is carried out when it
// is idle, and suspends it: it reports Idle, and takes no line until "~". So after a stop
// with more than one cancel an empty line has to be answered before anything else is sent,
// and if it is not, "~" follows; nothing is planned that it could start.
//
// A controller that has not come to rest within half a second, or that reports Run, in
// which it ignores 0x85 (a line that is planned in the moment in which a jog ends leaves
// Grbl there), gets a feed hold. Once it holds, 0x18 drops the rest, and the position stays
// true. If it does not hold within another half second, 0x18 cuts the motion off: Grbl
// then answers ALARM:3, the position may be lost, and the arm stays locked.
//
// A reset, and so every Open, switches the outputs off: a gripper on M3 opens. Open waits
// with it for the arm to rest, and cancels every jog until then: it would cost the position.
// A controller that is given up because it is silent gets 0x85 and 0x18: should it read again,
// nothing that was sent before runs, and if it still moves, its position may be lost.
//
// # Bounded commitment
//
// The controller executes what it was sent, whatever becomes of this program. Its planner
// brakes to zero at the end of the last line. With speed v and acceleration a that takes a
// look-ahead of v²/2a and a time of v/a, which no controller can undercut. Grbl adds the
// steps that it prepares ahead, about p = 50 ms of them (grblHAL 100 ms): a line that
// arrives later no longer changes those. To flow at v, it needs p·v + v²/2a ahead of the
// arm, and comes to rest p + v/a after the last line. With less it stops at the end of
// every line.
//
// Opened.MaxSpeed is therefore
//
//	a · max((H − m − p)/2, (H − m)/8)
//
// with H the horizon, m = 20 ms of margin, and a the smallest of $120 to $122. Half of
// what is left brakes, the other half keeps the lines flowing while an answer is late;
// the second term is for a horizon too short to flow at all. An arm with 2000 mm/s² and
// Grbl reaches 30 mm/s with a horizon of 100 ms, 80 mm/s with 150 ms and 180 mm/s with
// 250 ms: to go faster, give it acceleration first, and then horizon.
//
// Open refuses an arm with less than 100 mm/s² in $120, $121 or $122 (Grbl comes with 10): its
// ramps are so long and its motions so short that the model does not keep the horizon.
//
// Accepts holds the promise. It keeps a model of the planner (package-internal type plan):
// acceleration, feeds, corners by the junction deviation $11, and the steps prepared
// ahead, as grbl/planner.c and grbl/stepper.c have them. A setpoint passes if the model,
// run on from now with it as the last line, rests within H − m.
//
// The model is corrected by what the arm measures. Each report is compared with where the
// model was when it was asked for. An arm that is behind stops the model until it has
// caught up, and counts as that much slower in its feeds until it measures faster again;
// every session begins with half the feeds. So a feed override, a lower rate or a lost
// line throttles the setpoints, and lines do not pile up. A controller that becomes slower
// in motion can overrun the horizon by what it has fallen behind until the next report.
//
// Un-acknowledged lines never exceed 127 bytes, the receive buffer of an Uno.
package grbl
