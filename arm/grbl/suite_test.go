package grbl

import (
	"fmt"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/drivertest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/safety"
)

// TestSuite runs what every driver passes, over both kinds of controller.
func TestSuite(t *testing.T) {
	offset := safety.Point{X: -10, Y: 5}
	for _, hal := range []bool{false, true} {
		t.Run(fmt.Sprintf("hal=%v", hal), func(t *testing.T) {
			drivertest.Run(t, drivertest.Rig{
				Driver: func(open arm.Opener) arm.Driver { return New(testConfig(), open) },
				Machine: func(now time.Duration) armtest.Machine {
					settings := map[int]float64{}
					for axis := range 3 {
						settings[settingAccelX+axis], settings[settingRateX+axis] = 1000, 20000
					}
					return grblemu.New(grblemu.Config{
						HAL: hal, Banner: true, Settings: settings,
						Position: safety.Point{X: 10, Y: -20, Z: 100}, WorkOffset: offset,
					}, now)
				},
				Where: func(e armtest.Event) safety.Point { return e.Position().Sub(offset) },
				Goal: func(frame []byte) (to safety.Point, ok bool) {
					n, _ := fmt.Sscanf(string(frame), "$J=G90G21X%fY%fZ%fF", &to.X, &to.Y, &to.Z)
					return to, n == 3
				},
				Tick:      testTick,
				Workspace: safety.Box{Min: safety.Point{X: -100, Y: -100}, Max: safety.Point{X: 100, Y: 100, Z: 200}},
				Tolerance: 0.02, // two steps
				Refusals: []drivertest.Refusal{
					{Fault: "error-next 15", Words: "jog refused: error:15 jog target outside the machine's travel"},
					{Fault: "alarm 2", Words: "ALARM:2", Locked: true},
				},
			})
		})
	}
}
