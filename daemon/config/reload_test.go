package config

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReload(t *testing.T) {
	tests := map[string]struct {
		doc              string
		changed, restart []string
		edit             func(*Config) // from the defaults to what is in force then
	}{
		"nothing": {},
		"limits, level and stations": {
			doc: "log.level = 'debug'\n[server]\nmax_stations = 9\noutbound_limit_bytes = 8192\n" +
				"[safety]\nlease_ms = 900\ndeadman_ms = 800\noutside = 'clamp'\nrate_per_s = 20\nburst = 5\ntracking_error_mm = 7\n" +
				"[safety.workspace]\nx = [-1, 1]\ny = [-2, 2]\nz = [1, 3]\n[safety.motion]\nspeed = 60\naccel = 70\nstop_accel = 80\n" +
				"[[station]]\nname = 'tv'\nrole = 'observer'",
			changed: append(append([]string{}, live...), "station"),
			edit: func(c *Config) {
				c.Log.Level, c.Server.MaxStations, c.Server.OutboundLimit = "debug", 9, 8192
				c.Safety = Safety{
					Start: "idle", Control: "exclusive", Lease: 900, Deadman: 800, Outside: "clamp", Rate: 20, Burst: 5, TrackingError: 7,
					Workspace: Workspace{X: [2]float64{-1, 1}, Y: [2]float64{-2, 2}, Z: [2]float64{1, 3}},
					Motion:    Motion{Speed: 60, Accel: 70, StopAccel: 80, TickHz: 100},
				}
				c.Stations = []Station{{Name: "tv", Role: "observer"}}
			},
		},
		"what takes a restart": {
			doc: "server.listen = '127.0.0.1:6000'\nops.listen = '127.0.0.1:6001'\nlog.format = 'json'\narm.name = 'left'\narm.horizon_ms = 50\n" +
				"safety.control = 'shared'\nsafety.start = 'stopped'\nsafety.motion.tick_hz = 50\n",
			restart: []string{"server.listen", "ops.listen", "log.format", "safety.start", "safety.control", "safety.motion.tick_hz", "arm.name", "arm.horizon_ms"},
		},
		"a part of each": {
			doc:     "server.listen = '127.0.0.1:6000'\nlog.level = 'warn'",
			changed: []string{"log.level"},
			restart: []string{"server.listen"},
			edit:    func(c *Config) { c.Log.Level = "warn" },
		},
		"for another arm": {
			doc: "log.level = 'warn'\narm.driver = 'grbl'\narm.serial.port = '/dev/arm'\nsafety.burst = 9\n" +
				"safety.workspace = {x = [0, 1], y = [0, 1], z = [0, 1]}\n[[station]]\nname = 'tv'\nrole = 'observer'",
			changed: []string{"log.level"},
			restart: []string{"safety.start", "safety.burst", "safety.workspace.x", "safety.workspace.y", "safety.workspace.z",
				"arm.driver", "arm.serial.port", "station"},
			edit: func(c *Config) { c.Log.Level = "warn" },
		},
		"faster than at the start": {doc: "safety.motion.speed = 251", restart: []string{"safety.motion.speed"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			next, err := parse("aetherd.toml", []byte(tt.doc))
			if err != nil {
				t.Fatal(err)
			}
			want := Reload{Config: Default(), Changed: tt.changed, Restart: tt.restart}
			if tt.edit != nil {
				tt.edit(want.Config)
			}
			started := Default()
			got := started.Reload(started, next)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(Default(), started); diff != "" {
				t.Errorf("what was in force has changed (-before +after)\n%s", diff)
			}
		})
	}
}

// The speed comes back up to that of the start, and what was reloaded before stays only as
// far as the file still says it.
func TestReloadTwice(t *testing.T) {
	started := Default()
	inForce := started
	for _, step := range []struct {
		speed, want float64
		restart     int
	}{{100, 100, 0}, {400, 100, 1}, {250, 250, 0}, {30, 30, 0}} {
		next := Default()
		next.Safety.Motion.Speed = step.speed
		r := started.Reload(inForce, next)
		if got := r.Config.Safety.Motion.Speed; got != step.want || len(r.Restart) != step.restart {
			t.Errorf("%v mm/s in the file: %v in force, restart for %v; want %v, %d keys", step.speed, got, r.Restart, step.want, step.restart)
		}
		inForce = r.Config
	}
}

// A file that is half written is for the simulator and knows no roles. The real arm keeps
// its workspace, and the observers stay what they are.
func TestReloadHalfAFile(t *testing.T) {
	const doc = "[safety]\nburst = 9\n[safety.workspace]\nx = [0, 90]\ny = [0, 90]\nz = [0, 90]\n" +
		"[arm]\ndriver = 'grbl'\n[arm.serial]\nport = '/dev/arm'\n[[station]]\nname = 'tv'\nrole = 'observer'\n"
	started, err := parse("aetherd.toml", []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	for end := range strings.SplitAfterSeq(doc, "\n") {
		half, _, _ := strings.Cut(doc, end)
		next, err := parse("aetherd.toml", []byte(half))
		if err != nil || strings.Contains(half, "port") { // all but the stations: nobody can tell
			continue
		}
		if r := started.Reload(started, next); !cmp.Equal(r.Config, started) {
			t.Errorf("up to %q: (-want +got)\n%s", end, cmp.Diff(started, r.Config))
		}
	}
}

// Every key of the list is a key.
func TestReloadKeysExist(t *testing.T) {
	known := map[string]bool{}
	for _, l := range leavesOf(Default()) {
		known[l.key] = true
	}
	for _, key := range live {
		if !known[key] {
			t.Errorf("%s is no key", key)
		}
	}
}

// The example marks what can be reloaded, with the keys below the comment.
func TestExampleMarksWhatReloads(t *testing.T) {
	table, marked := "", false
	var got []string
	for line := range strings.Lines(string(example(t))) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "["):
			table = strings.Trim(line, "[]") + "."
			marked = marked && table == "safety.workspace."
		case strings.HasPrefix(line, "#"):
			marked = strings.Contains(line, "(reload")
		case line == "":
			marked = false
		case marked:
			key, _, _ := strings.Cut(line, " = ")
			got = append(got, table+key)
		}
	}
	want := slices.Sorted(slices.Values(live))
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
