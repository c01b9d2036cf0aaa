// Package uarmemu is a uArm Swift Pro with firmware 3.2.0, for tests.
//
// It is written from the firmware's source (a Marlin 1.1.0-RC that speaks UFACTORY's
// protocol) and from what it did on an emulated ATmega2560, and never from a driver, so
// that a misreading on one side shows. Its traps are kept:
//   - #n in front of a line comes back as $n. A line that is not known is echoed instead,
//     without $n: echo:Unknown command: "FOO". Errors are $n E21 and the like, but a target
//     that cannot be reached is answered with $n ok E22 unreachable.
//   - G0 is cut into pieces of 1/160 s. It is answered when the last one is in the planner,
//     which holds 15: about 90 ms and the ramp before the end. Until then every line waits,
//     a question too.
//   - Four lines are read ahead, the one in work included; 128 bytes wait behind them, and
//     what comes on top is lost.
//   - A bare M410 acts 100 ms after it was read, and for that it must be read: not while
//     four lines wait. The motors stop without a ramp; the G0 in work is then answered with
//     ok, and M410 after it. #n M410 waits its turn like every line.
//   - P2220 is the place that was commanded. After M410 it is wrong, and every later G0 ends
//     beside its target by as much, until M2000 reads the encoders. M2000 drops the lines that
//     were read behind it as well: those are never answered.
//   - For 500 ms after M410 and M2000 the planner throws away what it is given: a G0 is
//     answered with ok at once, and nothing moves. It comes from stepper.cpp of that Marlin
//     (cleaning_buffer_counter); nobody has measured it on an arm.
//   - The encoders have 12 bits a turn: what they show (@3, M2000) differs from the true
//     place by some tenths of a millimetre.
//   - Without 12 V nothing moves: G0 is answered with E24, and what asks the encoders says
//     No Power Connected! instead. If the 12 V go in motion, the controller counts on.
//   - M2019 lets the arm go; M17 holds it where it is, and what it believes stays as it was.
//
// A machine that is not Booted boots when it is made, for opening the port of a real arm
// resets it: it prints start and the like, is deaf for 1.4 s in which it keeps 128 bytes, and
// then reports @5 V1 if it has 12 V.
//
// The acceleration along the path is 600 mm/s², corners are taken with a change of velocity
// of 5 mm/s, and the reach is that of the firmware's own inverse kinematics with the
// gripper's offsets. P2232 says V1 as the gripper closes, and V2 half a second later if there
// is an object.
//
// Left out: the wire's speed; line numbers with checksums; laser, pen and print mode; polar
// and joint moves (G2201, G2202), the wrist, buttons, EEPROM, Bluetooth and Grove.
//
// The documents call F mm/min, and so it is here; but the source plans in degrees and takes
// an F of 60 for 1 degree/s of the joints together (line_to_destination in Marlin_main.cpp gives
// buffer_line angles), so that the arm moves faster or slower by its posture. Config.FeedInDegrees
// plays that: what the planner limits is then in degrees.
//
// # Events
//
// EvLine comes with the end of a line, EvSent with each line of the answer, EvRest with the
// text "quickstop" or "killed" if the motors stopped without a ramp, EvOutput with "gripper"
// or "pump" and 1 or 0, EvLost with the number of bytes that found no room.
//
// # Faults
//
//	hang           read, ignore and answer nothing; queued motion goes on
//	mute           do everything, answer nothing
//	resume         end both
//	garbage N      send N bytes of noise
//	error-next N   answer the next line with EN, and do not carry it out
//	lose N         do not send the next N answers
//	power 0|1      pull the 12 V, or plug them in
//	object 0|1     something lies between the jaws, and before the pump
//	push X Y Z     a hand moves the arm, whose motors must be off
//	slip X Y Z     the arm stands so many mm beside where its motors were sent: they lost steps,
//	               or its joints give way
//	reboot         start anew
package uarmemu
