package main

import (
	"syscall"
	"testing"
	"time"
)

// A write to the controller blocks, and nothing can end it: the stop latches while it does,
// and stations are served. When the controller reads again, the motion does not go on.
func TestControllerStopsReading(t *testing.T) {
	everyKind(t, func(t *testing.T, k kind) {
		const deadline = 250 * time.Millisecond
		r := k.start(t, "arm.write_deadline_ms = 250")
		s := r.operator()
		r.cruise(s)
		pendant := r.pendant()
		r.arm.Command("stall-write")
		stalled := r.arm.Now()
		s.until("stopped", func(v seen) bool { return v.State == "stopped" })
		took := r.arm.Now() - stalled
		t.Logf("stopped after %v", took.Round(time.Millisecond))
		if most := deadline + time.Second; took > most {
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
		r.still(k.horizon + slack)

		// Nobody can call back the one write that blocks: its setpoint comes late. No other does.
		rest := r.arm.Now()
		r.arm.Command("resume")
		if !r.comesBack(s) {
			return
		}
		r.still(aWhile)
		r.wantWithin("what was written before", rest, r.setpoint(s)+k.tolerance)
		s.reset()
		r.onward(s)
	})
}

// setpoint is the longest step between two setpoints, in mm.
func (r *rig) setpoint(s *station) float64 { return s.topSpeed() / float64(r.tickHz) }

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
	everyKind(t, func(t *testing.T, k kind) {
		for _, fault := range k.some([]string{"stall-read", "hang"}) {
			t.Run(fault, func(t *testing.T) {
				r := k.start(t)
				s := r.operator()
				r.cruise(s)
				committed := s.topSpeed() * k.horizon.Seconds()
				r.arm.Command(fault)
				silent := r.arm.Now()
				v := s.untilStopped("link_lost")
				took := r.arm.Now() - silent
				t.Logf("stopped after %v: %s", took.Round(time.Millisecond), v.Causes[0].By)
				if took > 4*time.Second {
					t.Errorf("stopped only after %v", took)
				}
				s.want(`{"type":"ping"}`, "pong")
				r.still(k.horizon + slack)

				// What the kernel holds comes late: no more than was committed.
				rest := r.arm.Now()
				r.arm.Command("resume")
				if !r.comesBack(s) {
					return
				}
				r.still(aWhile)
				if fault == "hang" || k.recalls {
					committed = 0
				}
				r.wantWithin("when it reads again", rest, committed+k.tolerance)
				s.reset()
				r.onward(s)
			})
		}
	})
}
