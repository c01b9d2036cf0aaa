package main

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// rig is a daemon and the controller that it drives, each in a process of its own.
type rig struct {
	*process
	kind
	arm *armtest.Process
}

// newRig starts a daemon and a Grbl. The arm is stopped, as a real arm is at boot.
func newRig(t testing.TB, lines ...string) *rig { t.Helper(); return grblKind.start(t, lines...) }

// start starts a daemon, with further lines of configuration, and its controller.
func (k kind) start(t testing.TB, lines ...string) *rig {
	t.Helper()
	a := k.newArm(t, filepath.Join(t.TempDir(), "tty"))
	return &rig{process: start(t, k.drives(a, lines...)...), kind: k, arm: a}
}

// newArm starts a controller behind a tty.
func (k kind) newArm(t testing.TB, tty string) *armtest.Process {
	t.Helper()
	return armtest.Start(t, k.name, k.machine, armtest.Link(tty))
}

// drives are the lines of a configuration for a, and further lines. The deadlines are far above
// their defaults: on a machine that is busy with tests, things take what they take.
func (k kind) drives(a *armtest.Process, lines ...string) []string {
	all := append([]string{
		fmt.Sprintf("arm.driver = %q", k.name),
		fmt.Sprintf("arm.serial.port = %q", a.Path()),
		fmt.Sprintf("safety.workspace.x = [%g, %g]", k.workspace.Min.X, k.workspace.Max.X),
		fmt.Sprintf("safety.workspace.y = [%g, %g]", k.workspace.Min.Y, k.workspace.Max.Y),
		fmt.Sprintf("safety.workspace.z = [%g, %g]", k.workspace.Min.Z, k.workspace.Max.Z),
		fmt.Sprintf("arm.horizon_ms = %d", k.horizon.Milliseconds()),
		fmt.Sprintf("safety.motion.tick_hz = %d", k.tickHz),
		"arm.write_deadline_ms = 1000",
		"safety.deadman_ms = 20000",
		"safety.lease_ms = 20000",
	}, k.lines...)
	return append(all, lines...)
}

// at returns where an event has the arm, in mm.
func (k kind) at(e armtest.Event) safety.Point {
	if k.place == nil {
		return e.Position()
	}
	return k.place(e)
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

// cruise sends the arm off on a long way, and returns when it is at its speed, or nearly.
func (r *rig) cruise(s *station) { r.t.Helper(); r.accelerate(s, 150*time.Millisecond) }

// accelerate is cruise that returns when the arm has gone what it would go in so long at its
// speed.
func (r *rig) accelerate(s *station, at time.Duration) {
	r.t.Helper()
	mm := s.topSpeed() * at.Seconds()
	s.move(r.far)
	r.until("motion", func(e armtest.Event) bool {
		return e.Ev == armtest.EvPos && e.V > 0 && r.at(e).Sub(r.home).Norm() > mm
	})
}

// onward sends the arm a little way, and checks that it comes there: it works.
func (r *rig) onward(s *station) {
	r.t.Helper()
	from := r.at(r.arm.Last())
	way := r.other.Sub(from)
	to := from.Add(way.Scale(5 / way.Norm()))
	s.arrive(to)
	if is := r.at(r.arm.Last()); is.Sub(to).Norm() > r.tolerance+1 { // done: within 1 mm
		r.t.Errorf("sent to %v, the arm is at %v", to, is)
	}
}

// aWhile is longer than any driver waits, at rest, before it does what is due.
const aWhile = 1200 * time.Millisecond

// still waits until the arm has not moved for a time, and returns where it stands.
func (r *rig) still(quiet time.Duration) armtest.Event {
	r.t.Helper()
	for moved := 0; moved < 10_000; moved++ {
		ctx, cancel := context.WithTimeout(context.Background(), quiet)
		_, err := r.arm.WaitFor(ctx, func(e armtest.Event) bool { return e.V > 0 })
		cancel()
		if err != nil {
			return r.arm.Last()
		}
	}
	r.t.Fatal("the arm does not come to rest")
	return armtest.Event{}
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
	for i, e := range r.arm.Events() {
		if i > 0 && e.T > int64(then) {
			break
		}
		at = e
	}
	return at
}

// motion returns which of events are lines that send the arm somewhere else than the line
// before.
func (k kind) motion(events []armtest.Event) (lines []armtest.Event) {
	last := ""
	for _, e := range events {
		if goal := k.goal(e); goal != "" && goal != last {
			lines, last = append(lines, e), goal
		}
	}
	return lines
}

// wantNoMotion checks that since from no line has sent the arm anywhere, and that it is where
// it was then.
func (r *rig) wantNoMotion(what string, from time.Duration) {
	r.t.Helper()
	for _, e := range r.motion(r.events(from)) {
		if !r.holds { // else a line may say again where the arm is
			r.t.Errorf("%s: %s", what, e.Text)
		}
	}
	r.wantWithin(what, from, r.tolerance)
}

// wantWithin checks that since from the arm has not gone more than mm from where it was.
func (r *rig) wantWithin(what string, from time.Duration, mm float64) {
	r.t.Helper()
	at := r.at(r.where(from))
	for _, e := range r.events(from) {
		if far := r.at(e).Sub(at).Norm(); far > mm {
			r.t.Errorf("%s: the arm has gone %.2f mm from %v", what, far, at)
			return
		}
	}
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

// comesBack waits until the link is up again. Where it does not come back by itself, the log
// says what to do, and there is no more to see.
func (r *rig) comesBack(s *station) bool {
	r.t.Helper()
	if r.keptShut {
		r.untilLogged("keep clear, then SIGUSR1 opens it")
		return false
	}
	s.untilLink("up")
	return true
}
