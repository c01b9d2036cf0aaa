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
	{"cruising", (*rig).cruise},
	{"accelerating", func(r *rig, s *station) { r.accelerate(s, 20*time.Millisecond) }},
	{"retargeting", func(r *rig, s *station) {
		r.cruise(s)
		turn := r.at(r.arm.Last())
		s.move(r.other)
		r.until("the other way", func(e armtest.Event) bool {
			at := r.at(e)
			return e.Ev == armtest.EvPos && at.Sub(r.other).Norm() < turn.Sub(r.other).Norm()-2
		})
	}},
}

// Whatever happens to the daemon, the arm rests within the horizon: no code has to run for it.
func TestKillNine(t *testing.T) {
	everyKind(t, func(t *testing.T, k kind) {
		horizons, phases := []time.Duration{k.horizon}, phases
		if k.longer != 0 && !testing.Short() {
			horizons = append(horizons, k.longer)
		}
		if testing.Short() {
			phases = phases[:1]
		}
		for _, horizon := range horizons {
			for _, phase := range phases {
				t.Run(fmt.Sprintf("%s/%v", phase.name, horizon), func(t *testing.T) {
					r := k.start(t, fmt.Sprintf("arm.horizon_ms = %d", horizon.Milliseconds()))
					phase.run(r, r.operator())
					restsWithin(r, horizon, syscall.SIGKILL)
					if code := r.exit(patience); code != -1 {
						t.Errorf("exit code %d", code)
					}
				})
			}
		}
	})
}

// A daemon that hangs is as good as dead.
func TestHungDaemon(t *testing.T) {
	everyKind(t, func(t *testing.T, k kind) {
		r := k.start(t)
		r.cruise(r.operator())
		restsWithin(r, k.horizon, syscall.SIGSTOP)
	})
}

// A daemon that hung, and goes on, does not move an arm that has stood meanwhile: somebody may
// have reached in. The holder's deadman does not help, it is longer.
func TestHungDaemonGoesOn(t *testing.T) {
	everyKind(t, func(t *testing.T, k kind) {
		r := k.start(t, "safety.lease_ms = 60000", "safety.deadman_ms = 60000")
		s := r.operator()
		r.cruise(s)
		r.signal(syscall.SIGSTOP)
		r.still(k.horizon + slack + aWhile) // longer than a motion may be interrupted
		onward := r.arm.Now()
		r.signal(syscall.SIGCONT)
		s.until("held or stopped", func(v seen) bool { return v.State == "held" || v.State == "stopped" })
		r.still(aWhile)
		r.wantNoMotion("after the daemon hung", onward)
		if s.state().State == "stopped" { // nobody has read what the arm said, and the driver took it for silent
			if !r.comesBack(s) {
				return
			}
			s.reset()
		}
		r.onward(s)
	})
}

// slack is what the tests add to the horizon: the death of a process, and the machine that
// plays the controller, take their time.
const slack = 100 * time.Millisecond

// restsWithin sends s to the daemon, and checks that the arm moves then, and from horizon on
// no more. The horizon counts from the last line that the controller gets, if a busy machine
// delivers one late.
func restsWithin(r *rig, horizon time.Duration, s syscall.Signal) {
	r.t.Helper()
	struck := r.arm.Now()
	r.signal(s)

	last := struck
	tooLate := func(e armtest.Event) bool {
		if e.Ev == armtest.EvLine {
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
	const between = 100 * time.Millisecond // setpoints an arm may have done what it was told
	var rest armtest.Event
	for _, e := range r.events(struck - between) {
		if e.Ev == armtest.EvRest {
			rest = e
		}
	}
	from := r.where(struck)
	if rest.Ev == "" {
		r.t.Fatalf("the arm did not move when %v came, or moves still: %+v", s, from)
	}
	r.t.Logf("%v at %.1f: last line after %v, at rest after %v and %.2f mm", s, from.V, (last - struck).Round(time.Millisecond),
		max(0, time.Duration(rest.T)-struck).Round(time.Millisecond), r.at(rest).Sub(r.at(from)).Norm())
}

// A daemon that was killed leaves nothing behind: the next one boots stopped, knows where the
// arm is, and moves it only after a reset and a command.
func TestNothingMovesAfterCrash(t *testing.T) {
	everyKind(t, func(t *testing.T, k kind) {
		r := k.start(t)
		r.cruise(r.operator())
		r.signal(syscall.SIGKILL)
		r.exit(patience)
		r.still(k.horizon + slack)
		r.arm.Command("release") // of the tty, which a real one does by itself

		restart := r.arm.Now()
		r.process = start(t, k.drives(r.arm)...)
		s := r.station()
		r.wantPosition(s.untilStopped("boot"))
		s.want(moveTo(k.other), `"code":"stopped"`)
		s.reset()
		r.still(aWhile)
		r.wantNoMotion("without a command", restart)
		r.onward(s)
	})
}

// wantPosition checks that the daemon says where the arm is.
func (r *rig) wantPosition(v seen) {
	r.t.Helper()
	at := r.at(r.arm.Last())
	if v.Position == nil || v.Position.Sub(at).Norm() > r.tolerance {
		r.t.Errorf("the arm stands at %v, the daemon says %v", at, v.Position)
	}
	if at.Sub(r.home).Norm() < 1 {
		r.t.Errorf("the arm has not left %v: it is at %v", r.home, at)
	}
}
