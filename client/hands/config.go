package hands

import (
	"errors"
	"fmt"
	"time"
)

// Config says how a hand leads the arm. Default has every number, and where it comes from.
type Config struct {
	Map Map

	MinCutoff, Beta, DerivativeCutoff float64 // of the Filter: Hz, Hz per mm/s, Hz
	DeadZone                          float64 // mm

	Distance float64       // mm: so near to the arm the hand has to be to engage
	Dwell    time.Duration // for so long
	Stale    time.Duration // without a hand for so long, the clutch is lost
	Jump     float64       // mm in a frame of 1/30 s: a hand that moves farther is none

	GrabFrames int
	Gripper    bool // the arm has one
}

// Default returns a configuration that lacks its Map. Its sources:
//
//   - MinCutoff 1 Hz, DerivativeCutoff 1 Hz: the paper's starting values. Beta by the paper's
//     procedure, for mm: 0.02 Hz per mm/s bounds the lag at 1/(2π 0.02) = 8 mm.
//   - DeadZone 2 mm: one unit of the hand's box is about 1 mm, and the hand landmarker's wrist
//     trembles by about that much.
//   - Distance 30 mm, Dwell 300 ms: a way that the arm goes in 0.2 s at 250 mm/s, and a time
//     that a hand on its way through does not stay.
//   - Stale 100 ms: three frames at 30 Hz, and it leaves 50 ms for the way to the arm.
//   - Jump 50 mm: 1.5 m/s, faster than a person reaches for something.
//   - GrabFrames 3: 100 ms.
func Default() Config {
	return Config{
		MinCutoff: 1, Beta: 0.02, DerivativeCutoff: 1,
		DeadZone: 2,
		Distance: 30, Dwell: 300 * time.Millisecond,
		Stale:      100 * time.Millisecond,
		Jump:       50,
		GrabFrames: 3,
	}
}

// The bounds of Stale: one frame of a slow camera at least, and at most what still leads to a
// hold within 150 ms.
const (
	shortestStale = 40 * time.Millisecond
	longestStale  = 120 * time.Millisecond
)

// Check returns what is wrong with c.
func (c *Config) Check() error {
	var errs []error
	within := func(name, unit string, v, low, high float64) {
		if !(v >= low && v <= high) {
			errs = append(errs, fmt.Errorf("%s is %g%s: it must be from %g to %g", name, v, unit, low, high))
		}
	}
	within("min-cutoff", " Hz", c.MinCutoff, 0.01, 100)
	within("beta", " Hz per mm/s", c.Beta, 0, 10)
	within("derivative-cutoff", " Hz", c.DerivativeCutoff, 0.01, 100)
	within("dead-zone", " mm", c.DeadZone, 0, 50)
	within("clutch-distance", " mm", c.Distance, 1, 100)
	within("clutch-dwell", " ms", float64(c.Dwell.Milliseconds()), 100, 10000)
	within("stale", " ms", float64(c.Stale.Milliseconds()), float64(shortestStale.Milliseconds()), float64(longestStale.Milliseconds()))
	within("jump", " mm", c.Jump, 1, 500)
	within("grab-frames", "", float64(c.GrabFrames), 1, 100)
	return errors.Join(errs...)
}
