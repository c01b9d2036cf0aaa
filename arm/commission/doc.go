// Package commission puts an arm of Feetech's bus servos into operation: it finds the servos
// on a bus, measures by hand what the configuration must say about the joints, and turns a
// single joint at a crawl. It owns the dialogue with the person who does that, and decides what
// is sent to the servos meanwhile. No safety gate is in between, so little is:
//
//	Scan       pings and reads; but what opening the port does to another controller, it does
//	Calibrate  reads; torque off, once, after consent
//	Jog        reads; after consent torque on where the servo stands, and goals
//
// Registers of a servo's EEPROM are never written, so an id, a middle or a limit that a servo
// keeps stays as it is. Torque is never switched on but by Jog.
//
// # Measuring
//
// The driver uses the servos' counts as they are, 0 to 4095 in a turn. So a joint whose range
// goes over the end of the turn is refused, as soon as a reading jumps across it: its horn
// must be mounted elsewhere, or the servo's middle be set with the vendor's tool.
//
// In the reference posture every joint's angle is known: base 0°, upper arm straight up (shoulder
// 90°), forearm level and forward (elbow -90°), hand level (wrist 0°). There the counts give
// the zero, and a turn by hand in a named sense gives the direction. The limits stay some
// degrees (Margin) inside of what the joint was moved through.
//
// # The crawl
//
// A jog has no safety gate and keeps the third promise by itself: the servo is never told a goal
// more than 100 ms of motion ahead. Whatever ends the program, the arm stands within that time and
// what the servo lagged behind, and holds. A joint that lags by more than a servo's own slack,
// pushes hard, reports a fault or falls silent is held where it is. One that turns on
// nevertheless, as a servo in the mode of a wheel does, loses its torque.
package commission
