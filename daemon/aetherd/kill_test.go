package main

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// phases are moments of a motion: each returns in the middle of it.
var phases = []struct {
	name string
	run  func(r *rig, s *station)
}{
	{"accelerating", func(r *rig, s *station) { r.accelerate(s, 0.2) }},
	{"cruising", (*rig).cruise},
	{"retargeting", func(r *rig, s *station) {
		r.cruise(s)
		s.move(-280, 100, 250)
		r.until("the other way", func(e armtest.Event) bool { return e.Ev == armtest.EvPos && e.Z > 100 })
	}},
}

// Whatever happens to the daemon, the arm rests within the horizon: no code has to run for it.
func TestKillNine(t *testing.T) {
	horizons := []int{100, 200} // ms
	if testing.Short() {
		horizons = horizons[:1]
	}
	for _, horizon := range horizons {
		for _, phase := range phases {
			t.Run(fmt.Sprintf("%s/%dms", phase.name, horizon), func(t *testing.T) {
				r := newRig(t, fmt.Sprintf("arm.horizon_ms = %d", horizon))
				phase.run(r, r.operator())
				restsWithin(r, time.Duration(horizon)*time.Millisecond, syscall.SIGKILL)
				if code := r.exit(patience); code != -1 {
					t.Errorf("exit code %d", code)
				}
			})
		}
	}
}

// A daemon that hangs is as good as dead.
func TestHungDaemon(t *testing.T) {
	r := newRig(t)
	r.cruise(r.operator())
	restsWithin(r, 100*time.Millisecond, syscall.SIGSTOP)
}

// slack is what the test adds to the horizon: the death of a process, and the machine that
// plays the controller, take their time.
const slack = 50 * time.Millisecond

// restsWithin sends s to the daemon, and checks that the arm moves then, and from horizon on
// no more. The horizon counts from the last line that the controller gets, if a busy machine
// delivers one late.
func restsWithin(r *rig, horizon time.Duration, s syscall.Signal) {
	r.t.Helper()
	struck := r.arm.Now()
	r.signal(s)

	last := struck
	tooLate := func(e armtest.Event) bool {
		if isJog(e) {
			last = max(last, time.Duration(e.T))
		}
		return e.V > 0 && time.Duration(e.T) > last+horizon+slack
	}
	watch := horizon + slack + 200*time.Millisecond // motion that goes on shows by then
	ctx, cancel := context.WithTimeout(context.Background(), watch)
	defer cancel()
	if e, err := r.arm.WaitFor(ctx, tooLate); err == nil {
		r.t.Errorf("the arm moves %v after %v: %+v", time.Duration(e.T)-struck, s, e)
	}
	var rest armtest.Event
	for _, e := range r.events(struck) {
		if e.Ev == armtest.EvRest {
			rest = e
		}
	}
	from := r.where(struck)
	if rest.Ev == "" {
		r.t.Fatalf("the arm did not move when %v came, or moves still: %+v", s, from)
	}
	r.t.Logf("%v at %.1f mm/s: last line after %v, at rest after %v and %.2f mm", s, from.V, (last - struck).Round(time.Millisecond),
		(time.Duration(rest.T) - struck).Round(time.Millisecond), rest.Position().Sub(from.Position()).Norm())
}

// A daemon that was killed leaves nothing behind: the next one boots stopped, knows where the
// arm is, and moves it only after a reset and a command.
func TestNothingMovesAfterCrash(t *testing.T) {
	r := newRig(t)
	r.cruise(r.operator())
	r.signal(syscall.SIGKILL)
	r.exit(patience)
	r.until("standstill", armtest.Is(armtest.EvState, "Idle"))
	r.arm.Command("release") // of the tty, which a real one does by itself

	restart := r.arm.Now()
	r.process = start(t, drives(r.arm)...)
	s := r.station()
	v := s.untilStopped("boot")
	if at := r.arm.Last(); v.Position == nil || v.Position.X != at.X || at.X <= 0 {
		t.Errorf("the arm stands at %+v, the daemon says %+v", at, v.Position)
	}
	s.want(`{"type":"move","x":-280,"y":0,"z":100}`, `"code":"stopped"`)
	r.polled(1)
	s.reset()
	r.polled(2)
	r.wantNo("motion without a command", restart, isJog)
	s.arrive(v.Position.X, 5, 100)
}
