package grbl

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestValidate(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Config)
		want   string // "": valid
	}{
		"as it is":         {func(c *Config) {}, ""},
		"relay":            {func(c *Config) { c.GripperOpen = "M64 P0" }, ""},
		"longest gripper":  {func(c *Config) { c.GripperOpen = "M" + strings.Repeat("6", 78) }, ""},
		"shortest horizon": {func(c *Config) { c.Horizon = 50 * time.Millisecond }, ""},
		"too short":        {func(c *Config) { c.Horizon = 49 * time.Millisecond }, "at least 50ms"},
		"no tick":          {func(c *Config) { c.Tick = 0 }, "tick"},
		"no speed":         {func(c *Config) { c.Speed = 0 }, "speed"},
		"endless speed":    {func(c *Config) { c.Speed = math.Inf(1) }, "speed"},
		"speed not number": {func(c *Config) { c.Speed = math.NaN() }, "speed"},
		"too long":         {func(c *Config) { c.GripperOpen = "M" + strings.Repeat("6", 79) }, "80 bytes"},
		"two lines":        {func(c *Config) { c.GripperOpen = "M5\nG0 X100" }, "one M-code"},
		"trailing newline": {func(c *Config) { c.GripperOpen = "M5\n" }, "one M-code"},
		"reset":            {func(c *Config) { c.GripperClose = "M3\x18" }, "one M-code"},
		"jog cancel":       {func(c *Config) { c.GripperClose = "M3\x85" }, "one M-code"},
		"poll":             {func(c *Config) { c.GripperClose = "M3?" }, "one M-code"},
		"hold":             {func(c *Config) { c.GripperClose = "M3!" }, "one M-code"},
		"cycle start":      {func(c *Config) { c.GripperClose = "~M3" }, "one M-code"},
		"homing":           {func(c *Config) { c.GripperOpen = "$H" }, "one M-code"},
		"motion":           {func(c *Config) { c.GripperOpen = "M5 G0 X100" }, "one M-code"},
		"another frame":    {func(c *Config) { c.GripperOpen = "G92 X0" }, "one M-code"},
	} {
		cfg := testConfig()
		tc.change(&cfg)
		err := cfg.Validate()
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

func TestOpenValidates(t *testing.T) {
	if _, err := New(Config{}, nil).Open(t.Context(), newRecorder()); err == nil {
		t.Error("opened without a configuration")
	}
}

func TestMaxSpeed(t *testing.T) {
	l := limits{accel: 2000, rate: 150}
	for _, tc := range []struct {
		horizon  time.Duration
		prepared int
		want     float64 // mm/s
	}{
		{100 * time.Millisecond, preparedGrbl, 30},     // 2000 · (100 − 20 − 50)/2
		{150 * time.Millisecond, preparedGrbl, 80},     // 2000 · (150 − 20 − 50)/2
		{100 * time.Millisecond, preparedGrblHAL, 20},  // 2000 · (100 − 20)/8
		{250 * time.Millisecond, preparedGrblHAL, 130}, // 2000 · (250 − 20 − 100)/2
		{time.Second, preparedGrbl, 150},               // the axes' rate
	} {
		if got := l.maxSpeed(tc.horizon, tc.prepared); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%v, %d ms prepared: %v, want %v", tc.horizon, tc.prepared, got, tc.want)
		}
	}
}

// The weakest axis counts.
func TestLimits(t *testing.T) {
	s := settings{11: 0.02, 110: 6000, 111: 600, 112: 9000, 120: 300, 121: 200, 122: 100}
	got, err := s.limits()
	if want := (limits{accel: 100, rate: 10, junction: 0.02}); got != want || err != nil {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	for _, code := range []int{110, 112, 120, 122} {
		broken := settings{}
		for c, v := range s {
			broken[c] = v
		}
		broken[code] = 0
		if _, err := broken.limits(); err == nil {
			t.Errorf("$%d=0 passed", code)
		}
	}
}
