package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/safety"
)

// cancel is Grbl's jog cancel, the byte of a stop; softReset is Grbl's reset.
const (
	cancel    = 0x85
	softReset = 0x18
)

// rig is a daemon and the controller that it drives, each in a process of its own.
type rig struct {
	*process
	arm *armtest.Process
}

// newRig starts both. The arm stands at 0, 0, 100 mm; it is stopped, as a real arm is at boot.
func newRig(t testing.TB, lines ...string) *rig {
	t.Helper()
	g := newArm(t, filepath.Join(t.TempDir(), "tty"))
	return &rig{process: start(t, drives(g, lines...)...), arm: g}
}

// newArm starts a controller behind a tty.
func newArm(t testing.TB, tty string) *armtest.Process {
	t.Helper()
	return armtest.Start(t, "grbl", grblemu.Config{
		Position: safety.Point{Z: 100},
		Settings: map[int]float64{110: 30000, 111: 30000, 112: 30000, 120: 1000, 121: 1000, 122: 1000},
	}, armtest.Link(tty))
}

// drives are the lines of a configuration for g, and further lines. The deadline of writes is
// far above its default: on a machine that is busy with tests, a write takes what it takes.
func drives(g *armtest.Process, lines ...string) []string {
	return append([]string{
		`arm.driver = "grbl"`,
		fmt.Sprintf("arm.serial.port = %q", g.Path()),
		"safety.workspace.x = [-300, 300]",
		"safety.workspace.y = [-300, 300]",
		"safety.workspace.z = [0, 300]",
		"arm.write_deadline_ms = 1000",
	}, lines...)
}

// operator connects a station and ends the stop of the boot.
func (r *rig) operator() *station {
	r.t.Helper()
	s := r.station()
	s.reset()
	return s
}

// until waits for an event of the controller.
func (r *rig) until(what string, match func(armtest.Event) bool) armtest.Event {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	e, err := r.arm.WaitFor(ctx, match)
	if err != nil {
		r.t.Fatalf("%s: %v", what, err)
	}
	return e
}

// cruise sends the arm off on a long way, and returns when it has come to its speed.
func (r *rig) cruise(s *station) { r.t.Helper(); r.accelerate(s, 0.9) }

// accelerate is cruise that returns at a part of the speed.
func (r *rig) accelerate(s *station, part float64) {
	r.t.Helper()
	speed := s.topSpeed()
	s.move(280, 0, 100)
	r.until("motion", func(e armtest.Event) bool { return e.Ev == armtest.EvPos && e.V > part*speed })
}

func isByte(b int) func(armtest.Event) bool {
	return func(e armtest.Event) bool { return e.Ev == grblemu.EvRealtime && e.N == b }
}

func isJog(e armtest.Event) bool {
	return e.Ev == armtest.EvLine && strings.HasPrefix(e.Text, "$J=")
}

// untilIdle waits until the controller has come to rest after that moment.
func (r *rig) untilIdle(after time.Duration) armtest.Event {
	r.t.Helper()
	return r.until("standstill", func(e armtest.Event) bool {
		return e.T > int64(after) && e.Ev == armtest.EvState && e.Text == "Idle"
	})
}

// events returns what happened to the controller from then on.
func (r *rig) events(from time.Duration) (events []armtest.Event) {
	for _, e := range r.arm.Events() {
		if e.T >= int64(from) {
			events = append(events, e)
		}
	}
	return events
}

// where returns where the arm was at then, to 5 ms of motion.
func (r *rig) where(then time.Duration) (at armtest.Event) {
	for _, e := range r.arm.Events() {
		if e.T > int64(then) {
			break
		}
		at = e
	}
	return at
}

// count returns how many events since from match.
func (r *rig) count(from time.Duration, match func(armtest.Event) bool) (n int) {
	for _, e := range r.events(from) {
		if match(e) {
			n++
		}
	}
	return n
}

// wantNo checks that nothing that matches has happened since from.
func (r *rig) wantNo(what string, from time.Duration, match func(armtest.Event) bool) {
	r.t.Helper()
	if n := r.count(from, match); n > 0 {
		r.t.Errorf("%s: %d times", what, n)
	}
}

// polled waits until the daemon has asked for so many reports from now on. It asks at once where
// something has happened, and once a second at rest: two of them have a time of rest between
// them, in which whatever is to come would have come.
func (r *rig) polled(times int) {
	r.t.Helper()
	r.arm.Skip()
	for range times {
		r.until("?", isByte('?'))
	}
}
