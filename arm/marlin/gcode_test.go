package marlin

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

// The lines that Marlin's own documents and the facts about its dialect show.
func TestAppendLine(t *testing.T) {
	for _, c := range []struct {
		number int
		text   string
		want   string
	}{
		{0, "M110 N0", "N0 M110 N0*125\n"},
		{3, "T0", "N3 T0*57\n"},
		{4, "G92 E0", "N4 G92 E0*67\n"},
	} {
		if got := string(appendLine(nil, c.number, []byte(c.text))); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestAppendMove(t *testing.T) {
	for _, c := range []struct {
		m    motion
		want string
	}{
		{motion{safety.Point{X: 120.5, Y: -35, Z: 0.0004}, 52.5}, "G1 X120.5 Y-35 Z0 F3150"},
		{motion{safety.Point{X: -0.0001, Y: 0.001, Z: 1000}, 1.0 / 60}, "G1 X0 Y0.001 Z1000 F1"},
	} {
		if got := string(appendMove(nil, c.m)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// What a line asks for is never above the limit, never zero, and the line is short and has no
// number that is none.
func TestMotionsHaveFeedsWithinLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64Range(-1e4, 1e4)
		limit := rapid.Float64Range(1, 500).Draw(t, "limit")
		sp := safety.Setpoint{
			Position: safety.Point{X: v.Draw(t, "x"), Y: v.Draw(t, "y"), Z: v.Draw(t, "z")},
			Speed:    rapid.Float64Range(0, 1e6).Draw(t, "speed"),
		}
		f := feed(sp, rapid.Float64Range(0, 1e4).Draw(t, "length"), 0.02, limit)
		if !(f > 0) || f > limit || math.Mod(math.Round(f*60), 1) != 0 {
			t.Fatalf("%v mm/s of at most %v", f, limit)
		}
		line := string(appendLine(nil, math.MaxInt32, appendMove(nil, motion{onGrid(sp.Position), f})))
		if len(line) > 96 || strings.ContainsAny(line, "NaIe") && strings.Contains(line, "NaN") {
			t.Fatalf("%q", line)
		}
	})
}

func TestValidate(t *testing.T) {
	good := testConfig()
	for name, change := range map[string]func(*Config){
		"":                               func(*Config) {},
		"no gripper":                     func(c *Config) { c.GripperOpen, c.GripperClose = "", "" },
		"gripper M106":                   func(c *Config) { c.GripperOpen, c.GripperClose = "M106 P1 S255", "M107" },
		"gripper M42":                    func(c *Config) { c.GripperOpen, c.GripperClose = "M42 P5 S0", "M42P5S255" },
		"gripper M3":                     func(c *Config) { c.GripperOpen, c.GripperClose = "M5", "M3 S128.5" },
		"tick 0s":                        func(c *Config) { c.Tick = 0 },
		"at least 190ms":                 func(c *Config) { c.Horizon = 189 * time.Millisecond },
		"must be positive":               func(c *Config) { c.Speed = math.NaN() },
		`gripper line ""`:                func(c *Config) { c.GripperOpen = "" },
		`gripper line "G0 X5"`:           func(c *Config) { c.GripperOpen = "G0 X5" },
		`gripper line "M280 P0 S9\nG28"`: func(c *Config) { c.GripperClose = "M280 P0 S9\nG28" },
		`gripper line "M84"`:             func(c *Config) { c.GripperClose = "M84" },
		`gripper line "M42 P54 S1 I1"`:   func(c *Config) { c.GripperClose = "M42 P54 S1 I1" },
		`gripper line "M3 S1 X5"`:        func(c *Config) { c.GripperClose = "M3 S1 X5" },
		`gripper line "M1060"`:           func(c *Config) { c.GripperClose = "M1060" },
	} {
		c := good
		change(&c)
		err := c.Validate()
		switch ok := name == "" || strings.HasPrefix(name, "no ") || strings.HasPrefix(name, "gripper M"); {
		case ok && err != nil:
			t.Errorf("%s: %v", name, err)
		case !ok && (err == nil || !strings.Contains(err.Error(), name)):
			t.Errorf("%s: %v", name, err)
		}
	}
}
