// Package sim is the built-in simulated arm: it needs no hardware and moves in real
// time behind the same interface as a real one. It owns the model of the arm's
// mechanics, and the faults that can be asked for.
//
// # Model
//
// A position loop follows the last setpoint with a first-order lag of 10 ms, within
// limits of its own on speed, acceleration and reach. Where the arm is at any moment
// follows from the state at the last setpoint and the time since, so there is no
// goroutine and no timer: every call evaluates the model for the moment it is given.
// At rest Service has nothing to do and returns arm.Never.
//
// In flight is never more than the way to the one last setpoint. The arm stands there
// within the horizon, whether or not anybody calls again, and a setpoint for which that
// would not hold is not accepted.
//
// While the arm moves, Service reports its position 50 times a second, and a last time
// when it stands. It counts as standing when the model is at the last setpoint and no setpoint
// came for one period of the reports, so a slow row of setpoints is one motion. A stop
// is confirmed with that last report, after the braking setpoints which may follow it.
// A stop also halts the gripper where it is.
//
// # Faults
//
// They begin a time after the first setpoint since Open, so that they fall into a motion.
//
//	stall_after_ms       the arm freezes where it is and takes setpoints without following,
//	                     until it is opened again
//	disconnect_after_ms  the link is lost: Feedback.Lost, and every method fails; the arm
//	                     goes on to the last setpoint and stands
//	reconnect_after_ms   how long Open fails after that
//	write_delay_ms       Move, Grip and Stop block for this long; from the start
package sim
