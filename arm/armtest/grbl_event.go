package armtest

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// What a GrblEvent tells.
const (
	GrblLine     = "line"    // Text: a line came in, as its newline entered the RX buffer
	GrblRealtime = "rt"      // N: a real-time byte came in
	GrblLost     = "lost"    // N: so many bytes found the RX buffer full
	GrblSent     = "tx"      // Text: a line went out
	GrblState    = "state"   // Text: the state that ? reports from now on
	GrblQueued   = "queue"   // a motion entered the planner; Text: its end as X,Y,Z; N: motions now in the planner
	GrblStart    = "start"   // motion begins
	GrblRest     = "rest"    // motion has ended; Text "killed" if without a ramp
	GrblPos      = "pos"     // a sample, every 5 ms of motion
	GrblOutput   = "out"     // Text: M3 M4 M5 M7 M8 M9 takes effect; N: the spindle speed
	GrblFault    = "fault"   // Text: a command took effect
	GrblRefused  = "refused" // Text: why a command did not
	GrblPty      = "pty"     // Text: a new pty is there
)

// GrblEvent is one line of the emulator's log. Every one says where the arm
// truly is, whatever the controller believes, and how fast it moves.
type GrblEvent struct {
	T    int64   `json:"t"` // ns; in the emulator's process on CLOCK_MONOTONIC
	Ev   string  `json:"ev"`
	X    float64 `json:"x"` // mm
	Y    float64 `json:"y"`
	Z    float64 `json:"z"`
	V    float64 `json:"v"` // mm/s
	Text string  `json:"text,omitempty"`
	N    int     `json:"n,omitempty"`
}

// Position returns where the arm was, in mm.
func (e GrblEvent) Position() safety.Point { return safety.Point{X: e.X, Y: e.Y, Z: e.Z} }

// log adds an event at the present moment.
func (c *grblController) log(ev, text string, n int) {
	at, v := c.stepper.where(c.now)
	at = at.plus(c.origin)
	c.events = append(c.events, GrblEvent{
		T: int64(c.now), Ev: ev, Text: text, N: n,
		X: round4(at[0]), Y: round4(at[1]), Z: round4(at[2]), V: round4(v),
	})
}

// round4 keeps 0.1 µm.
func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// samplePeriod is the distance of two GrblPos events.
const samplePeriod = 5 * time.Millisecond
