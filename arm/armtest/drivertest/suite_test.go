package drivertest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func fakeRig(defect string) Rig {
	return Rig{
		Driver:  func(open arm.Opener) arm.Driver { return &driver{openPort: open, defect: defect} },
		Machine: newMachine,
		Goal: func(frame []byte) (to safety.Point, ok bool) {
			n, _ := fmt.Sscanf(string(frame), "g %g %g %g", &to.X, &to.Y, &to.Z)
			return to, n == 3
		},
		Forward:     spindlesLead,
		Tick:        10 * time.Millisecond,
		Workspace:   safety.Box{Min: safety.Point{X: -150, Y: -150}, Max: safety.Point{X: 150, Y: 150, Z: 150}},
		Tolerance:   0.01,
		Unreachable: &safety.Point{X: 230, Z: 50},
		Refusals:    []Refusal{{Fault: "refuse", Words: "fence"}},
		Push:        "push",
	}
}

// A driver that keeps every promise passes.
func TestSound(t *testing.T) { Run(t, fakeRig("")) }

// A driver that breaks one fails the check that is about it, and with words that say so.
func TestDefects(t *testing.T) {
	for defect, want := range map[string]struct{ check, words string }{
		"open lies":                        {"opens", "Open says that the arm is at"},
		"moves on open":                    {"opens", "while opening"},
		"replays":                          {"reopens", "opened again"},
		"accepts more than all":            {"follows", "Accepts returned 1.5"},
		"accepts writes":                   {"follows", "was written by Accepts"},
		"accepts what is none":             {"closed", "Accepts takes 1 of a setpoint"},
		"joints of another moment":         {"follows", "and joints with which the arm is at"},
		"writes NaN":                       {"follows", "has a number that is none"},
		"says nothing of standstill":       {"follows", "rests false"},
		"is called without end":            {"opens", "1000 times in one moment"},
		"goes on after a stop":             {"stops", "frames of motion behind the stop"},
		"sends what waited after a stop":   {"stops", "no setpoint of braking"},
		"never confirms":                   {"stops", "is not told to have come to anything"},
		"confirms at once":                 {"stops", "stopped: at"},
		"only sends stops":                 {"stops", "the best is said to be"},
		"rearms with motion":               {"stops", "after a reset"},
		"promises too much":                {"horizon", "after the writer died"},
		"hides errors":                     {"unplug", "not noticed"},
		"bears silence":                    {"mute at rest", "silence is not noticed"},
		"open waits for ever":              {"silent open", "took 1h0m0s"},
		"failed open leaves the port open": {"silent open", "left the port open"},
		"believes noise":                   {"garbage", "in noise: it is said to be at"},
		"panics in noise":                  {"garbage", "panic: noise"},
		"swallows refusals":                {"refusal, refuse", "no alarm"},
		"loses the link over a point":      {"unreachable", "the link is lost"},
		"never gripped":                    {"grip", "not told to be carried out"},
		"jumps when it takes hold":         {"relax", "taking hold"},
		"looks away while limp":            {"relax", "the driver says that the arm is at"},
		"cannot relax and says nothing":    {"relax", "want unsupported operation"},
		"panics when closed":               {"closed", "panic: closed"},
	} {
		t.Run(defect, func(t *testing.T) {
			rig := fakeRig(defect)
			for _, c := range append(checks, rig.refusals()...) {
				if c.name != want.check {
					continue
				}
				err := c.try(t, rig, rig.plain())
				if err == nil || !strings.Contains(err.Error(), want.words) {
					t.Errorf("%s: %v\nwant %q", c.name, err, want.words)
				}
				return
			}
			t.Errorf("there is no check %q", want.check)
		})
	}
}
