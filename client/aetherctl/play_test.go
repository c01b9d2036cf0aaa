//go:build linux

package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
)

// longWay is a recording of eight seconds along x, from where the simulator stands, at 50 mm/s.
func longWay(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for i := range 401 {
		fmt.Fprintf(&b, `{"t_ms":%d,"position":{"x":%d,"y":0,"z":150},"state":"active"}`+"\n", 20*i, 200-i)
	}
	file := filepath.Join(t.TempDir(), "long.ndjson")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// What ends a playback ends it at once, says why, and the arm does not go on.
func TestPlayEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end    func(t *testing.T, p *player, arm *client.Client)
		states string // of the arm afterwards: one of them
		status int
		says   string
	}{
		"by a stop": {func(t *testing.T, _ *player, arm *client.Client) {
			if _, err := arm.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, "stopped", exitStopped, "Stop 1: station onlooker. Look at the arm, then: aetherctl reset 1"},
		"by Ctrl-C": {func(_ *testing.T, p *player, _ *client.Client) { p.signal(os.Interrupt) },
			"held", exitInterrupted, "interrupted"},
		"by SIGTERM": {func(_ *testing.T, p *player, _ *client.Client) { p.signal(syscall.SIGTERM) },
			"held", exitInterrupted, "interrupted"},
		"by kill -9": {func(_ *testing.T, p *player, _ *client.Client) { p.signal(os.Kill) },
			"held", -1, ""},
		// Where a motion left in the moment of the pause, or of its end, the hang-up holds it.
		"by a pause": {func(t *testing.T, p *player, arm *client.Client) {
			p.signal(syscall.SIGSTOP)
			until(t, arm, "free", func(s *client.State) bool { return s.Holder == "" })
			p.signal(syscall.SIGCONT)
		}, "idle held", exitFailed, "nothing could be sent in time for"},
		"by a supervisor": {func(t *testing.T, _ *player, arm *client.Client) {
			if err := arm.Take(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, "active", exitCutShort, "stopped short: taken"},
	} {
		t.Run(name, func(t *testing.T) {
			a := daemontest.Start(t, func(c *config.Config) {
				c.Stations = append(c.Stations, config.Station{Name: "onlooker", Role: "supervisor"})
			})
			arm := onlooker(t, a)
			deadman := "2s"
			if name == "by a pause" {
				deadman = "1s" // it ends before a reply is overdue, which would be a lost connection
			}
			p := runPlayer(t, a, "play", "--deadman", deadman, longWay(t))
			until(t, arm, "under way", func(s *client.State) bool { return s.Position.X < 180 })
			c.end(t, p, arm)
			out, status := p.exit()
			if status == exitNotInControl && c.status == exitCutShort {
				// The refusal of the next motion came before the end of the last one.
				c.status, c.says = exitNotInControl, "onlooker has control"
			}
			if status == exitNoConnection && name == "by a pause" {
				// A reply was under way when it was paused, and is overdue.
				c.status, c.says = exitNoConnection, "no answer within 2s"
			}
			if status != c.status || !strings.Contains(p.errs.String(), c.says) || strings.Contains(out, "Played") {
				t.Errorf("status %d, want %d and %q; %q: %s", status, c.status, c.says, out, &p.errs)
			}
			x := math.Inf(1)
			until(t, arm, "at rest", func(s *client.State) bool {
				stands := s.Position.X == x
				x = s.Position.X
				return stands && slices.Contains(strings.Fields(c.states), s.State)
			})
			if x < 0 {
				t.Errorf("the arm stands at %v", x)
			}
		})
	}
}

// The daemon ends under a playback, and is there again before it: nothing is played on.
func TestPlayEndsWithTheConnection(t *testing.T) {
	a, err := daemontest.Launch(daemontest.ComesBack)
	if err != nil {
		t.Fatal(err)
	}
	p := runPlayer(t, a, "play", "--deadman", "2s", longWay(t))
	until(t, onlooker(t, a), "under way", func(s *client.State) bool { return s.Position.X < 180 })
	if err := a.End(); err != nil {
		t.Fatal(err)
	}
	next := daemontest.Start(t, daemontest.Again(a.Addresses))
	if _, status := p.exit(); status != exitNoConnection && status != exitStopped {
		t.Errorf("status %d: %s", status, &p.errs)
	}
	state, err := onlooker(t, next).State(t.Context())
	if err != nil || state.Position.X != 200 || state.Holder != "" {
		t.Errorf("the arm of the new daemon is at %+v, %v", state, err)
	}
}

// Somebody else has control: it says who, and leaves the arm alone.
func TestPlayBesideAHolder(t *testing.T) {
	a := daemontest.Start(t)
	arm := onlooker(t, a)
	if err := arm.Take(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := runPlayer(t, a, "play", longWay(t), "--json")
	out, status := p.exit()
	if status != exitNotInControl || !strings.Contains(p.errs.String(), "onlooker") || !strings.Contains(out, `"code":"not_in_control"`) {
		t.Errorf("status %d, %q: %s", status, out, &p.errs)
	}
}

// Standard input that does not end does not hold up Ctrl-C.
func TestPlayOfEndlessInputIsInterrupted(t *testing.T) {
	cmd := exec.Command("aetherctl", "play", "-")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// More than a pipe holds: when it is written, play reads.
	if _, err := in.Write(bytes.Repeat([]byte("\n"), 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitInterrupted {
		t.Error(err)
	}
}
