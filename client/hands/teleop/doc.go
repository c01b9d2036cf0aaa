// Package teleop lets a tracked hand lead the arm: it brings together a source of hand state (a
// laptop, or a recording), the clutch of package hands, and a station of the daemon.
//
// One goroutine, that of Run, owns the clutch and never waits for anything but news: lines of
// the source, states of the arm, answers of the daemon, the time. One reads the source, one
// the states, and one, the sender, talks to the daemon, one request after the other, so that
// what it sends is never out of order. There is no queue: while the sender waits for an answer
// frames are dropped, and the newest one is sent after it.
//
// Where the clutch is lost, the sender gives up what it waits for and sends a release, which
// decelerates the arm at once and gives control up. Where this program itself hangs, the
// station's deadman does the same: Deadman.
package teleop

import "time"

// Deadman is what a station that is led by a hand tightens its deadman to (client.Config):
// four frames at 30 Hz, and what is left of 150 ms when hands.Config.Stale has not helped.
const Deadman = 150 * time.Millisecond
