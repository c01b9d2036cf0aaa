package feetech

import (
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest/drivertest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

func slowAdapter(c *feetechemu.Config) {
	c.Echo, c.Latency, c.ReturnDelay, c.GoalEnables = true, 1000, 250, true
}

// TestSuite runs what every driver passes.
func TestSuite(t *testing.T) {
	plain := func(*feetechemu.Config) {}
	for name, test := range map[string]struct {
		tick   time.Duration
		option func(*feetechemu.Config)
	}{
		"plain":            {testTick, plain},
		"slow ticks":       {50 * time.Millisecond, plain},
		"slow, and echoes": {testTick, slowAdapter},
	} {
		t.Run(name, func(t *testing.T) {
			c := testConfig()
			c.Tick = test.tick
			c.Horizon = max(c.Horizon, c.needs(0))
			drivertest.Run(t, drivertest.Rig{
				Driver:  func(open arm.Opener) arm.Driver { return New(c, open) },
				Machine: machine(busConfig(c, testStart, test.option)),
				Where:   where(c),
				Forward: func(joints []float64) safety.Point {
					return c.Arm.Forward(kinematics.Posture(joints))
				},
				Goal:        goalIn(c),
				Tick:        test.tick,
				Workspace:   testBox,
				Tolerance:   2, // a count of the shoulder is 0.4 mm at the tool point
				Unreachable: &safety.Point{X: 400, Y: 0, Z: 150},
				Push:        "turn 11 150",
				Refusals: []drivertest.Refusal{
					{Fault: "drop 13", Words: "elbow: servo 13 does not answer", Locked: true},
					{Fault: "temperature 12 68", Words: "shoulder: temperature 68 °C, limit 65", Locked: true},
					{Fault: "voltage 85", Words: "voltage 8.5 V, limit 9.0", Locked: true},
					{Fault: "overload 14", Words: "wrist: overload", Locked: true},
				},
			})
		})
	}
}
