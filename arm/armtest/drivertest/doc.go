// Package drivertest is the suite that every arm.Driver passes. It owns what all
// drivers promise alike, and drives them as the daemon's writer does: one
// goroutine, the real safety.Gate in front, Service when it is due or asked for.
// What an arm truly does, the emulated machine says, and never the driver.
//
// A driver's package calls [Run] from one test, with a [Rig] that says how to make
// the driver and its machine. Every trial is a bubble of testing/synctest with a
// machine and a driver of its own. What is checked:
//
//	opens         the position is true; nothing moves and no motion is sent, in either Open
//	follows       the arm goes where it is sent, near its setpoints
//	turns         an arm that is turned round on its line before it is there goes on
//	stops         at any moment: it is told what a stop came to, the arm stands, nothing but the
//	              gate's braking is sent; after a reset it goes on from there
//	horizon       a writer that dies at any moment leaves an arm that rests in time
//	reopens       after Close at any moment, at once or later, nothing is replayed
//	unplug        is noticed; after a replug nothing moves by itself
//	silence       is an error in time, moving and at rest: mute, hang, and a stall, after which
//	              no more than the horizon's motion comes late
//	silent open   ends by itself and with its context, and leaves nothing open
//	garbage       does not crash, move, confuse
//	refusal       is an alarm with words, and a stop that comes to something
//	unreachable   is an alarm, not a lost link
//	grip          is confirmed, for everything that the gripper can be told
//	relax         switches off, goes on measuring, and takes hold without a jump
//	takes hold    an arm that sags goes to where it is ordered right after a reset, not lower
//	closed        every method fails, none panics
//
// Beside it, [DrawCourse] and [Turning] are ways that the tests of a driver's own model go.
//
// In every trial: Accepts is in [0, 1], writes nothing, and takes nothing that is not finite;
// a write is one short frame without NaN; the arm is never farther from its setpoint than
// trackingError; Service does not ask to be called without end; joints are finite, and lead to
// the position that is reported with them.
package drivertest
