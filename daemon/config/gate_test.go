package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

func TestGateOfTheDefaults(t *testing.T) {
	c := Default()
	d, err := c.Driver(nil)
	if err != nil {
		t.Fatal(err)
	}
	gate := c.Gate(d.Capabilities())
	if err := gate.Validate(); err != nil {
		t.Errorf("the gate refuses the defaults: %v", err)
	}
	if gate.StartStopped {
		t.Error("the simulator starts stopped, want idle")
	}
}

// No two values are the same, so that none can stand in another's place.
const everyGateKey = `
[safety]
start = "stopped"
control = "shared"
lease_ms = 4000
deadman_ms = 1500
outside = "clamp"
rate_per_s = 90.5
burst = 7
tracking_error_mm = 12.5
[safety.workspace]
x = [-10, 20]
y = [-30, 40]
z = [5, 60]
[safety.motion]
speed = 110
accel = 600
stop_accel = 1700
tick_hz = 50
[arm]
horizon_ms = 80
`

func TestGate(t *testing.T) {
	c, err := parse("aetherd.toml", []byte(everyGateKey))
	if err != nil {
		t.Fatal(err)
	}
	got := c.Gate(arm.Capabilities{Horizon: 70 * time.Millisecond})
	want := safety.Config{
		Workspace:     safety.Box{Min: safety.Point{X: -10, Y: -30, Z: 5}, Max: safety.Point{X: 20, Y: 40, Z: 60}},
		Outside:       safety.Clamp,
		Control:       safety.Shared,
		Limits:        safety.Limits{Speed: 110, Accel: 600, StopAccel: 1700},
		Tick:          20 * time.Millisecond,
		Deadman:       1500 * time.Millisecond,
		Lease:         4 * time.Second,
		Rate:          90.5,
		Burst:         7,
		TrackingError: 12.5,
		StartStopped:  true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gate (-want +got):\n%s", diff)
	}
}

func TestGateKnowsEveryChoice(t *testing.T) {
	for _, word := range choices["safety.outside"] {
		if _, ok := outsides[word]; !ok {
			t.Errorf("outside = %q has no meaning for the gate", word)
		}
	}
	for _, word := range choices["safety.control"] {
		if _, ok := controls[word]; !ok {
			t.Errorf("control = %q has no meaning for the gate", word)
		}
	}
}

func TestGateOfCapabilities(t *testing.T) {
	tests := []struct {
		can  arm.Capabilities
		want safety.Arm
	}{
		{arm.Capabilities{Driver: "x", MovesOnOpen: true, StopEffect: arm.StopConfirmed}, safety.Arm{}},
		{arm.Capabilities{Measured: true}, safety.Arm{Measured: true}},
		{arm.Capabilities{StopsItself: true}, safety.Arm{StopsItself: true}},
		{arm.Capabilities{GripAtRest: true}, safety.Arm{GripAtRest: true}},
		{arm.Capabilities{Gripper: safety.OpeningGripper}, safety.Arm{Gripper: safety.OpeningGripper}},
		{arm.Capabilities{Unlocks: true}, safety.Arm{Unlocks: true}},
		{arm.Capabilities{Relaxes: true}, safety.Arm{Relaxes: true}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, Default().Gate(tt.can).Arm); diff != "" {
			t.Errorf("arm of %+v (-want +got):\n%s", tt.can, diff)
		}
	}
}
