package uarm

import (
	"fmt"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/drivertest"
	"github.com/aether-arm/aetherd/arm/armtest/uarmemu"
	"github.com/aether-arm/aetherd/safety"
)

const testTick = 50 * time.Millisecond

func testConfig() Config {
	return Config{Horizon: 400 * time.Millisecond, Tick: testTick, Speed: 250, Tool: ToolGripper}
}

// TestSuite is what every driver keeps, here whatever a feed means to the controller.
func TestSuite(t *testing.T) {
	t.Run("mm", func(t *testing.T) { suite(t, running) })
	degrees := running
	degrees.FeedInDegrees = true
	t.Run("degrees", func(t *testing.T) { suite(t, degrees) })
}

func suite(t *testing.T, machine uarmemu.Config) {
	drivertest.Run(t, drivertest.Rig{
		Driver:  func(open arm.Opener) arm.Driver { return New(testConfig(), open) },
		Machine: func(now time.Duration) armtest.Machine { return uarmemu.New(machine, now) },
		Goal:    goal,
		Tick:    testTick,
		Workspace: safety.Box{
			Min: safety.Point{X: 170, Y: -100, Z: 80},
			Max: safety.Point{X: 250, Y: 100, Z: 160},
		},
		Tolerance: 1,
		Refusals: []drivertest.Refusal{
			{Fault: "error-next 22", Words: "reach"},
			{Fault: "error-next 24", Words: "12 V", Locked: true},
			{Fault: "power 0", Words: "12 V", Locked: true},
		},
		Push: "push 180 40 120",
	})
}

// goal reads a G0.
func goal(frame []byte) (to safety.Point, ok bool) {
	var number int
	n, _ := fmt.Sscanf(string(frame), "#%d G0 X%f Y%f Z%f", &number, &to.X, &to.Y, &to.Z)
	return to, n == 4
}
