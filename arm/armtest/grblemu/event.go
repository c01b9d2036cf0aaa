package grblemu

import (
	"math"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// What an event tells on this board only.
const (
	EvRealtime = "rt"    // N: a real-time byte came in
	EvQueued   = "queue" // a motion entered the planner; Text: its end as X,Y,Z; N: motions now in the planner
)

// Event describes the present moment.
func (c *Board) Event(ev, text string, n int) armtest.Event {
	at, v := c.stepper.where(c.now)
	at = at.plus(c.origin)
	return armtest.Event{
		T: int64(c.now), Ev: ev, Text: text, N: n,
		X: round4(at[0]), Y: round4(at[1]), Z: round4(at[2]), V: round4(v),
	}
}

// log adds an event at the present moment.
func (c *Board) log(ev, text string, n int) { c.events = append(c.events, c.Event(ev, text, n)) }

// round4 keeps 0.1 µm.
func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }
