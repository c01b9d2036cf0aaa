package uarm

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Config)
		wants  string // in the error; "": none
	}{
		{"usual", func(*Config) {}, ""},
		{"pump", func(c *Config) { c.Tool = ToolPump }, ""},
		{"least horizon", func(c *Config) { c.Horizon = 220 * time.Millisecond }, ""},
		{"short horizon", func(c *Config) { c.Horizon = 219 * time.Millisecond }, "needs at least 220ms"},
		{"default tick", func(c *Config) { c.Tick = 10 * time.Millisecond }, "set tick_hz to 20"},
		{"slow tick", func(c *Config) { c.Tick = time.Second }, "set tick_hz to 20"},
		{"no speed", func(c *Config) { c.Speed = 0 }, "speed 0"},
		{"NaN", func(c *Config) { c.Speed = math.NaN() }, "speed NaN"},
		{"no tool", func(c *Config) { c.Tool = "" }, `tool ""`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := testConfig()
			tc.change(&c)
			switch err := c.Validate(); {
			case tc.wants == "" && err != nil:
				t.Error(err)
			case tc.wants != "" && (err == nil || !strings.Contains(err.Error(), tc.wants)):
				t.Errorf("got %v, want %q", err, tc.wants)
			}
		})
	}
}

func TestValidateNamesEveryFault(t *testing.T) {
	err := Config{}.Validate()
	for _, word := range []string{"tick", "speed", "tool"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%v does not name %s", err, word)
		}
	}
}

func TestMaxSpeed(t *testing.T) {
	for horizon, want := range map[time.Duration]float64{
		220 * time.Millisecond: 16,
		300 * time.Millisecond: 37,
		400 * time.Millisecond: 64,
		500 * time.Millisecond: 90,
		2 * time.Second:        90,
	} {
		c := testConfig()
		c.Horizon = horizon
		if got := c.maxSpeed(); got != want {
			t.Errorf("%v: %v mm/s, want %v", horizon, got, want)
		}
	}
}
