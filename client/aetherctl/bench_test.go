//go:build linux

package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/load"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

// underLoad waits until a bench asks something.
func underLoad(t *testing.T, arm *client.Client) {
	t.Helper()
	until(t, arm, "moved by bench", func(s *client.State) bool { return s.Position != safety.Point{X: 200, Z: 150} })
}

var movingLoad = []string{"--request", "command", "--move", "--rate", "50", "--warmup", "0s", "--duration", "10m", "--json"}

// results decodes the objects of standard output.
func results(t *testing.T, out string) (all []map[string]any) {
	t.Helper()
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var m map[string]any
		if err := d.Decode(&m); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		all = append(all, m)
	}
	return all
}

// Ctrl-C tells what was measured until then.
func TestBenchIsInterrupted(t *testing.T) {
	a := daemontest.Start(t)
	arm := onlooker(t, a)
	p := runPlayer(t, a, append([]string{"bench", "--address", a.Command}, movingLoad...)...)
	underLoad(t, arm)
	p.signal(os.Interrupt)
	out, status := p.exit()
	all := results(t, out)
	if status != exitInterrupted || len(all) != 2 || all[0]["answered"].(float64) < 1 {
		t.Errorf("status %d, %s: %s", status, out, &p.errs)
	}
	until(t, arm, "let go", func(s *client.State) bool { return s.Holder == "" })
}

// A stop ends a load that moves the arm: a reset does not set it going again.
func TestBenchEndsWithAStop(t *testing.T) {
	a := daemontest.Start(t)
	arm := onlooker(t, a)
	p := runPlayer(t, a, append([]string{"bench", "--address", a.Command}, movingLoad...)...)
	underLoad(t, arm)
	if _, err := arm.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, status := p.exit()
	if all := results(t, out); status != exitStopped || len(all) != 2 || all[0]["answered"].(float64) < 1 {
		t.Errorf("status %d, %s: %s", status, out, &p.errs)
	}
}

// The daemon goes away: it tells what was measured, and that it is gone.
func TestBenchLosesTheDaemon(t *testing.T) {
	a, err := daemontest.Launch()
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	p := runPlayer(t, a, append([]string{"bench", "--address", a.Command}, movingLoad...)...)
	underLoad(t, onlooker(t, a))
	if err := a.End(); err != nil {
		t.Fatal(err)
	}
	out, status := p.exit()
	lost := status == exitNoConnection || status == exitStopped // for the daemon stops the arm on its way down
	if all := results(t, out); !lost || len(all) != 2 || all[0]["answered"].(float64) < 1 {
		t.Errorf("status %d, %s: %s", status, out, &p.errs)
	}
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("it took %v", took)
	}
}

// An arm that is no simulator is moved only by those who say that it is one.
func TestBenchSparesARealArm(t *testing.T) {
	a := daemontest.Start(t, func(c *config.Config) {
		grbl, err := config.Load("../../deploy/arms/grbl.toml")
		if err != nil {
			t.Fatal(err)
		}
		c.Arm, c.Safety = grbl.Arm, grbl.Safety
		c.Arm.Serial.Port = t.TempDir() + "/none" // an arm that does not answer
	})
	p := runPlayer(t, a, "bench", "--address", a.Command, "--request", "command", "--move")
	if _, status := p.exit(); status != exitUsage || !strings.Contains(p.errs.String(), "the arm is no simulator (driver grbl)") {
		t.Errorf("status %d: %s", status, &p.errs)
	}
	p = runPlayer(t, a, "bench", "--address", a.Command, "--request", "command", "--move", "--real-arm")
	if _, status := p.exit(); status != exitStopped { // for it does not answer
		t.Errorf("status %d: %s", status, &p.errs)
	}
}

// The targets are inside of every workspace, and as near to the arm as it permits.
func TestCircleIsInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		side := func(name string) (low, high float64) {
			low = rapid.Float64Range(-500, 500).Draw(t, name)
			return low, low + rapid.Float64Range(0.1, 500).Draw(t, name+" size")
		}
		var w client.Welcome
		w.Min.X, w.Max.X = side("x")
		w.Min.Y, w.Max.Y = side("y")
		w.Min.Z, w.Max.Z = side("z")
		axis := rapid.Float64Range(-1000, 1000)
		const rounding = 1e-9
		for _, p := range circle(safety.Point{X: axis.Draw(t, "at x"), Y: axis.Draw(t, "at y"), Z: axis.Draw(t, "at z")}, w.Min, w.Max) {
			if p.X < w.Min.X-rounding || p.X > w.Max.X+rounding || p.Y < w.Min.Y-rounding || p.Y > w.Max.Y+rounding || p.Z < w.Min.Z || p.Z > w.Max.Z {
				t.Fatalf("%v is outside of %v to %v", p, w.Min, w.Max)
			}
		}
	})
}

func TestBenchTexts(t *testing.T) {
	got := []string{durationText(940), durationText(25_340), durationText(1_230_000), durationText(2 * time.Second),
		bytesText(500, time.Second), bytesText(25_300_000, time.Second), bytesText(3e12, time.Second)}
	want := []string{"0.94 µs", "25.3 µs", "1.23 ms", "2 s", "500 B", "25.3 MB", "3e+03 GB"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"rate_limited", "expired", "ok"}, codesByCount(map[string]uint64{"ok": 1, "rate_limited": 9, "expired": 1})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if s := (&benching{cfg: load.Config{Stations: 2, Depth: 3, Rate: 50}}).loadText(); !strings.Contains(s, "open loop") {
		t.Error(s)
	}
}
