// Package hands turns the hand that Project Aether's laptop program tracks into targets for
// the arm. It decides when the hand has the arm and when not; it is pure: time is an
// argument, and there is no goroutine, clock, socket or file in it. Package teleop runs it.
//
// # The way of a hand
//
//	line → Parse → Map → Filter → DeadZone → Clutch → target
//
// Parse reads a line, Map places the hand into a box of the workspace (mm in the arm's base
// frame), Filter takes its tremor away, and DeadZone lets a still hand have a still target.
// Grip makes a state of the other hand out of single frames. A Clutch holds all of them: it
// takes frames and what is known of the arm, and returns what to send.
//
// # The clutch
//
//	waiting   no hand is seen
//	aligning  a hand is seen, and is not, or not for long enough, where the arm is
//	engaged   the hand leads the arm
//	lost      the hand led the arm, and something ended that: Status.Why
//
// It engages where the hand, placed and filtered, has been within Config.Distance of the arm's
// measured position for Config.Dwell, and the arm can be moved. It is lost with the hand, with
// a line that cannot be read, with no hand for Config.Stale, with a hand that jumps, with a
// refusal, a stop, a lost control or a lost connection; each is a Release, at once, which
// decelerates the arm. After that nothing is sent until the clutch engages again, in the same
// way: nothing moves by itself. Where the arm could not be moved (a stop, a lost connection,
// another's control), the hand has to be away from it once before that: a reset starts no hand.
package hands
