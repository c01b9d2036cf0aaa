package roarm

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		change func(*Config)
		want   []string // nil: valid
	}{
		{func(*Config) {}, nil},
		{func(c *Config) { c.Horizon = shortestHorizon }, nil},
		{func(c *Config) { c.Horizon = 100 * time.Millisecond }, []string{"horizon 100ms", "set horizon_ms to 250 or more"}},
		{func(c *Config) { c.Tick = 10 * time.Millisecond }, []string{"tick 10ms", "set tick_hz to 20 to 50"}},
		{func(c *Config) { c.Tick = 0 }, []string{"tick 0s"}},
		{func(c *Config) { c.Tick = 60 * time.Millisecond }, []string{"tick 60ms"}},
		{func(c *Config) { c.Speed = math.NaN() }, []string{"speed NaN"}},
		{func(c *Config) { c.GripperOpen = 1 }, []string{"gripper open at 1 rad"}},
		{func(c *Config) { c.GripperClosed = math.NaN() }, []string{"gripper closed at NaN rad"}},
		{func(c *Config) { c.GripperOpen, c.GripperClosed = 3.14, 1.08 }, nil}, // built the other way round
		{func(c *Config) { c.GripperOpen = 3.1 }, []string{"0.1 apart"}},
		{func(c *Config) { c.GripForce = 1001 }, []string{"grip force 1001"}},
		{func(c *Config) { c.GripForce = -1 }, []string{"grip force -1"}},
		{func(c *Config) { c.GripForce = 200 }, nil},
		{func(c *Config) { c.Speed, c.Tick = 0, 0 }, []string{"speed 0", "tick 0s"}},
	} {
		cfg := testConfig()
		tc.change(&cfg)
		err := cfg.Validate()
		if tc.want == nil {
			if err != nil {
				t.Errorf("%+v: %v", cfg, err)
			}
			continue
		}
		for _, want := range tc.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v, want %q", cfg, err, want)
			}
		}
	}
}

// A longer horizon never makes the arm slower, and the shortest one still moves it.
func TestMaxSpeed(t *testing.T) {
	last := 0.0
	for h := shortestHorizon; h <= 500*time.Millisecond; h += 10 * time.Millisecond {
		cfg := testConfig()
		cfg.Horizon, cfg.Speed = h, 1e9
		speed := maxSpeed(cfg)
		if speed <= max(last, 20) {
			t.Errorf("horizon %v: %v mm/s, and %v with 10 ms less", h, speed, last)
		}
		last = speed
	}
}
