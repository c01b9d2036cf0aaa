package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// The controller refuses a jog: the arm stops, and says why in words.
func TestControllerRefuses(t *testing.T) {
	r := newRig(t)
	s := r.operator()
	r.cruise(s)
	r.arm.Command("error-next 15")
	v := s.untilStopped("arm_alarm")
	if by := v.Causes[0].By; !strings.Contains(by, "jog refused") || !strings.Contains(by, "travel") {
		t.Errorf("it is stopped by %q", by)
	}
	s.reset()
	s.arrive(v.Position.X, 5, 100)
}

// The controller locks itself. Only where the configuration says so does a reset unlock it.
func TestControllerLocks(t *testing.T) {
	for _, unlock := range []bool{false, true} {
		t.Run(map[bool]string{false: "locked", true: "unlock"}[unlock], func(t *testing.T) {
			lines := []string{}
			if unlock {
				lines = append(lines, "arm.grbl.unlock = true")
			}
			r := newRig(t, lines...)
			s := r.operator()
			r.cruise(s)
			alarmed := r.arm.Now()
			r.arm.Command("alarm 1")
			s.untilStopped("arm_alarm")
			v := s.untilStanding()
			if by := v.Causes[0].By; !strings.Contains(by, "hard limit") {
				t.Errorf("it is stopped by %q", by)
			}
			if !unlock {
				s.want(fmt.Sprintf(`{"type":"reset","stop_id":%d}`, v.StopID), `"code":"cause_active"`)
				r.polled()
				r.wantNo("$X", alarmed, armtest.GrblIs(armtest.GrblLine, "$X"))
				s.want(`{"type":"move","x":0,"y":0,"z":100}`, `"code":"stopped"`)
				return
			}
			s.reset()
			r.until("$X", armtest.GrblIs(armtest.GrblLine, "$X"))
			unlocked := r.arm.Now()
			r.polled()
			r.wantNo("the reset moved the arm", unlocked, isJog)
			s.arrive(v.Position.X, 5, 100)
		})
	}
}
