// Package jog turns keys that are held into targets for the arm. It owns what counts as
// evidence that a key is held, how far the arm moves on it, and when all keys count as let go.
// It sends nothing, shows nothing and reads no clock: time is an argument.
//
// # Evidence
//
// Nothing moves without evidence that a key is held, and each piece of evidence lasts a
// bounded time.
//
// A terminal that reports releases is believed that a key is held from its press to its
// release, but only as long as the terminal lives: it must be heard from every Silence (it is
// asked, see Pendant.Probe), and a key must repeat within FirstRepeat of its press and then
// every Silence. The second bound is for what stands in between and answers in place of a
// terminal that is gone.
//
// A terminal that does not report releases repeats a key that is held. A press moves a tap:
// what the speed covers in TapTime, unless the operator set a length, and never more than in
// Window. So a tap is over before the next press could be told from a repeat, and short where
// the operator made the arm slow. The same key again within Window is a repeat, and lasts
// three times the interval that was measured, at most Window. Only the key that was pressed
// last repeats, so only one moves the arm.
//
// # Targets
//
// The target starts where the arm stands and goes in the direction of the keys with the
// speed. It is never further ahead of the measured position than Lead, so it waits for an arm
// that cannot follow, and never outside the workspace. One target is in flight at a time.
//
// # Let go
//
// A refusal, a stop, a lost connection, a lost focus, and a program that stood still
// (Stall), with its computer too, end the motion of every key that is down: each does nothing until it was released
// and is pressed again. Where releases are not reported, Rest without that key, or another key,
// stands for the release.
package jog

import "time"

// The times that bound what a key can do.
const (
	Window      = 150 * time.Millisecond // without releases: the longest that one press or repeat is evidence
	TapTime     = 100 * time.Millisecond // without releases: how long a press moves the arm
	Silence     = 250 * time.Millisecond // with releases: the longest without a word of the terminal, or without a repeat
	FirstRepeat = time.Second            // with releases: the longest from a press to its first repeat; keyboards wait up to 0.7 s
	Rest        = time.Second            // without releases: a key that was silent so long has been let go

	Period = time.Second / 30       // between two targets
	Stall  = 250 * time.Millisecond // a program that looks at its clock later than this stood still
	Stale  = 300 * time.Millisecond // a position older than this says nothing
)

const (
	deaf       = 250 * time.Millisecond // after a stall: what was typed in the meantime comes at once
	mostAhead  = 100 * time.Millisecond // a target covers no more of the future
	mostBehind = 100 * time.Millisecond // nor makes up for more of the past
	repeats    = 3                      // intervals of a repeat that may pass without one
	probeEvery = 80 * time.Millisecond
	chain      = 2 * time.Second // so long a tap goes on from the target of the tap before it
)
