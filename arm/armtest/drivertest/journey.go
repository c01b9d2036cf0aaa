package drivertest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

// journey is what the arm is told until something happens.
type journey struct {
	legs   []leg
	moment time.Duration // when it happens, from the beginning
	again  time.Duration // a stop is repeated after this; 0: it is not
}

// leg is one target.
type leg struct {
	at time.Duration // from the beginning
	to safety.Point
}

// plain is a long way and a turn, with the moment behind the turn.
func (r Rig) plain() journey {
	return journey{
		legs:   []leg{{0, r.corner(0.9, 0.9, 0.8)}, {400 * time.Millisecond, r.corner(0.1, 0.8, 0.3)}},
		moment: 900 * time.Millisecond,
	}
}

// draw is any journey. Its moment is some time behind one of its legs: in a small workspace the
// arm stands most of the time.
func (r Rig) draw(t *rapid.T) journey {
	part := rapid.Float64Range(0, 1)
	var j journey
	at := time.Duration(0)
	for range rapid.IntRange(1, 4).Draw(t, "legs") {
		j.legs = append(j.legs, leg{at, r.corner(part.Draw(t, "x"), part.Draw(t, "y"), part.Draw(t, "z"))})
		at += milliseconds(t, 20, 900, "ms until the next leg")
	}
	j.moment = rapid.SampledFrom(j.legs).Draw(t, "leg").at + milliseconds(t, 0, 900, "moment, ms behind it")
	if rapid.Bool().Draw(t, "again") {
		j.again = milliseconds(t, 1, 300, "again after ms")
	}
	return j
}

func milliseconds(t *rapid.T, least, most int, what string) time.Duration {
	return time.Duration(rapid.IntRange(least, most).Draw(t, what)) * time.Millisecond
}

// corner is the point of the workspace at parts of its edges.
func (r Rig) corner(x, y, z float64) safety.Point {
	size := r.Workspace.Max.Sub(r.Workspace.Min)
	return r.Workspace.Min.Add(safety.Point{X: x * size.X, Y: y * size.Y, Z: z * size.Z})
}
