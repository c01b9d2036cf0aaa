package hands

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Filter is the One Euro filter of Casiez, Roussel and Vogel, "1€ Filter: A Simple Speed-based
// Low-pass Filter for Noisy Input in Interactive Systems", CHI 2012: a first-order low-pass
// whose cutoff grows with the speed, so that a slow hand does not tremble and a fast one does
// not lag. All three coordinates share one cutoff, that of their common speed, where the paper
// filters each by itself: so a straight way stays straight.
//
// Behind a hand at a steady v mm/s it is at most v / (2π (MinCutoff + Beta v)) mm, less than
// 1 / (2π Beta) whatever the speed.
type Filter struct {
	MinCutoff        float64 // Hz, of a hand at rest: lower trembles less
	Beta             float64 // Hz per mm/s: higher lags less
	DerivativeCutoff float64 // Hz, of the low-pass of the speed

	at      safety.Point // what came out last
	speed   safety.Point // mm/s, filtered
	started bool
}

// shortestFrame is taken for frames that come in a bunch, which would seem infinitely fast:
// a quarter of a frame at 30 Hz.
const shortestFrame = time.Second / 120

// Next returns where the hand is, which was seen at p (mm), dt after the one before.
func (f *Filter) Next(p safety.Point, dt time.Duration) safety.Point {
	if !f.started {
		f.at, f.speed, f.started = p, safety.Point{}, true
		return p
	}
	step := max(dt, shortestFrame).Seconds()
	f.speed = towards(f.speed, p.Sub(f.at).Scale(1/step), alpha(f.DerivativeCutoff, step))
	f.at = towards(f.at, p, alpha(f.MinCutoff+f.Beta*f.speed.Norm(), step))
	return f.at
}

// Reset forgets the hand: the next one comes out as it goes in.
func (f *Filter) Reset() { f.started = false }

// alpha is the weight of a new value in a first-order low-pass of that cutoff (Hz), one step (s)
// after the last.
func alpha(cutoff, step float64) float64 {
	tau := 1 / (2 * math.Pi * cutoff)
	return 1 / (1 + tau/step)
}

// towards goes the part k of the way from p to q.
func towards(p, q safety.Point, k float64) safety.Point { return p.Add(q.Sub(p).Scale(k)) }

// DeadZone is a play of that radius (mm): what comes out stands still while what goes in moves
// less than the radius about it, and is then pulled along. So it makes no step where the hand
// leaves the zone, and one that trembles at its edge does not shake it.
type DeadZone struct {
	Radius float64

	at      safety.Point
	started bool
}

// Next returns where the target is for a hand at p.
func (z *DeadZone) Next(p safety.Point) safety.Point {
	if !z.started {
		z.at, z.started = p, true
		return p
	}
	pull := p.Sub(z.at)
	if far := pull.Norm(); far > z.Radius {
		z.at = z.at.Add(pull.Scale((far - z.Radius) / far))
	}
	return z.at
}

// Reset forgets the hand: the next one comes out as it goes in.
func (z *DeadZone) Reset() { z.started = false }
