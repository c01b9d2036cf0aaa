package sim

import (
	"testing"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest/drivertest"
	"github.com/aether-arm/aetherd/safety"
)

// TestSuite runs what every driver passes, as far as it needs no line.
func TestSuite(t *testing.T) {
	drivertest.Run(t, drivertest.Rig{
		Driver:      func(arm.Opener) arm.Driver { return New(Config{}) },
		Truth:       func(d arm.Driver, now safety.Instant) safety.Point { return d.(*Sim).servo.at(now).position },
		Tick:        tick,
		Workspace:   safety.Box{Min: safety.Point{X: 50, Y: -200, Z: 50}, Max: safety.Point{X: 350, Y: 200, Z: 300}},
		Tolerance:   0.1,
		Unreachable: &safety.Point{X: 650, Z: 150},
	})
}
