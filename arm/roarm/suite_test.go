package roarm

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/drivertest"
	"github.com/aether-arm/aetherd/arm/armtest/roarmemu"
	"github.com/aether-arm/aetherd/safety"
)

// TestSuite runs what every driver passes.
func TestSuite(t *testing.T) {
	drivertest.Run(t, drivertest.Rig{
		Driver:  func(open arm.Opener) arm.Driver { return New(testConfig(), open) },
		Machine: func(now time.Duration) armtest.Machine { return roarmemu.New(roarmemu.Config{Accel: accel}, now) },
		Sagging: func(now time.Duration) armtest.Machine {
			return roarmemu.New(roarmemu.Config{Accel: accel, ShoulderSag: 40, ElbowSag: 30}, now)
		},
		Forward: func(joints []float64) safety.Point { return posture(joints).forward() },
		Goal:    goal,
		Tick:    testTick,
		Workspace: safety.Box{
			Min: safety.Point{X: 200, Y: -120, Z: 80},
			Max: safety.Point{X: 340, Y: 120, Z: 260},
		},
		Tolerance:   rounding,
		Unreachable: &safety.Point{X: 600, Z: 200},
	})
}

// goal reads a T:1041.
func goal(frame []byte) (to safety.Point, ok bool) {
	var move struct {
		T       int
		X, Y, Z float64
	}
	err := json.Unmarshal(frame, &move)
	return safety.Point{X: move.X, Y: move.Y, Z: move.Z}, err == nil && move.T == 1041
}
