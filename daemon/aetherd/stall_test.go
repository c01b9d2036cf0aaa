package main

import (
	"syscall"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// A write to the controller blocks, and nothing can end it: the stop latches while it does,
// and stations are served. When the controller reads again, the motion does not go on.
func TestControllerStopsReading(t *testing.T) {
	const deadline = 250 * time.Millisecond
	r := newRig(t, "arm.write_deadline_ms = 250")
	s := r.operator()
	r.cruise(s)
	setpoint := s.topSpeed() / 100
	pendant := r.pendant()
	r.arm.Command("stall-write")
	stalled := r.arm.Now()
	s.until("stopped", func(v seen) bool { return v.State == "stopped" })
	took := r.arm.Now() - stalled
	t.Logf("stopped after %v", took.Round(time.Millisecond))
	if most := deadline + 500*time.Millisecond; took > most {
		t.Errorf("stopped after %v, want at most %v", took, most)
	}
	v := s.untilStopped("write_stuck")
	if v.Arm.Link != "down" {
		t.Errorf("with a stuck write: %+v", v)
	}
	if n := r.metric("aetherd_stuck_writes_total"); n != 1 {
		t.Errorf("aetherd_stuck_writes_total %v", n)
	}
	pendant.want(`{"type":"stop"}`, `"stop_id":3`)
	s.want(`{"type":"ping"}`, "pong")
	rest := r.untilIdle(stalled)

	// Nobody can call back the one write that blocks: its setpoint comes late. No other does.
	r.arm.Command("resume")
	s.untilLink("up")
	r.polled(1)
	if late := r.count(time.Duration(rest.T), isJog); late > 1 {
		t.Errorf("%d jogs after the stop", late)
	}
	r.wantMovedAtMost(rest, setpoint)
	s.reset()
	s.arrive(rest.X, 5, 100)
}

// wantMovedAtMost checks where the arm rests now against where it rested.
func (r *rig) wantMovedAtMost(from armtest.Event, mm float64) {
	r.t.Helper()
	const rounding = 0.01 // mm
	moved := r.arm.Last().Position().Sub(from.Position()).Norm()
	r.t.Logf("what was written before moved the arm by %.2f mm", moved)
	if moved > mm+rounding {
		r.t.Errorf("old bytes moved the arm by %.2f mm, want at most %.2f", moved, mm)
	}
}

// A daemon whose write is stuck still ends in time.
func TestSigtermWhileStuck(t *testing.T) {
	r := newRig(t, "arm.write_deadline_ms = 250")
	s := r.operator()
	r.cruise(s)
	r.arm.Command("stall-write")
	s.untilStopped("write_stuck")
	r.signal(syscall.SIGTERM)
	if code := r.exit(shutdownTime); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// The controller takes bytes and is silent, or does not even take them from the kernel. The
// writes succeed, so only the answers that are missing show it.
func TestControllerStopsAnswering(t *testing.T) {
	for _, fault := range []string{"hang", "stall-read"} {
		t.Run(fault, func(t *testing.T) {
			r := newRig(t)
			s := r.operator()
			r.cruise(s)
			r.arm.Command(fault)
			silent := r.arm.Now()
			v := s.untilStopped("link_lost")
			took := r.arm.Now() - silent
			t.Logf("stopped after %v: %s", took.Round(time.Millisecond), v.Causes[0].By)
			if took > 2*time.Second {
				t.Errorf("stopped only after %v", took)
			}
			s.want(`{"type":"ping"}`, "pong")
			rest := r.untilIdle(silent)

			// What the kernel holds comes late, with the reset behind it that drops it.
			r.arm.Command("resume")
			s.untilLink("up")
			r.polled(1)
			r.wantNo("motion after the stop", time.Duration(rest.T), func(e armtest.Event) bool { return e.Ev == armtest.EvStart })
			r.wantMovedAtMost(rest, 0)
			s.reset()
			s.arrive(rest.X, 5, 100)
		})
	}
}
