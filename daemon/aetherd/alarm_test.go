package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// The controller refuses a jog, or locks itself: the arm stops, and the stop says why in words.
// Only where the configuration permits it does a reset unlock.
func TestErrorAndAlarm(t *testing.T) {
	t.Run("error", func(t *testing.T) {
		r := newRig(t)
		s := r.operator()
		v := r.alarm(s, "error-next 15", "jog refused: ", "travel")
		s.reset()
		s.arrive(v.Position.X, 5, 100)
	})
	t.Run("alarm", func(t *testing.T) {
		r := newRig(t)
		s := r.operator()
		v := r.alarm(s, "alarm 1", "ALARM:1", "hard limit")
		s.want(fmt.Sprintf(`{"type":"reset","stop_id":%d}`, v.StopID), `"code":"cause_active"`)
		s.want(`{"type":"move","x":0,"y":0,"z":100}`, `"code":"stopped"`)
		r.polled(1)
		r.wantNo("an unlock", 0, armtest.Is(armtest.EvLine, "$X"))
	})
	t.Run("alarm, unlock", func(t *testing.T) {
		r := newRig(t, "arm.grbl.unlock = true")
		s := r.operator()
		v := r.alarm(s, "alarm 1", "ALARM:1", "hard limit")
		s.reset()
		unlock := r.until("$X", armtest.Is(armtest.EvLine, "$X"))
		r.polled(2)
		r.wantNo("motion by the reset", time.Duration(unlock.T), isJog)
		s.arrive(v.Position.X, 5, 100)
	})
}

// alarm plays a fault in the middle of a motion, and waits until the arm is stopped by it, is
// there and stands. The stop says words.
func (r *rig) alarm(s *station, fault string, words ...string) seen {
	r.t.Helper()
	r.cruise(s)
	r.arm.Command(fault)
	s.untilStopped("arm_alarm")
	v := s.untilStanding()
	for _, w := range words {
		if by := v.Causes[0].By; !strings.Contains(by, w) {
			r.t.Errorf("it is stopped by %q, want %q in it", by, w)
		}
	}
	return v
}
