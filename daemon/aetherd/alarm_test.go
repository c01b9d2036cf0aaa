package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// The controller refuses a motion, or locks itself: the arm stops, and the stop says why in
// words. Where it is locked a reset does not help until that is over.
func TestErrorAndAlarm(t *testing.T) {
	everyKind(t, func(t *testing.T, k kind) {
		for _, c := range k.refusals {
			if testing.Short() && c.name != k.refusals[0].name {
				return
			}
			t.Run(c.name, func(t *testing.T) {
				r := k.start(t, c.lines...)
				s := r.operator()
				r.cruise(s)
				r.arm.Command(c.fault)
				s.untilStopped("arm_alarm")
				v := s.untilStanding()
				for _, w := range c.words {
					if by := v.Causes[0].By; !strings.Contains(by, w) {
						t.Errorf("it is stopped by %q, want %q in it", by, w)
					}
				}
				s.want(moveTo(k.home), `"code":"stopped"`)
				if c.locked {
					s.want(fmt.Sprintf(`{"type":"reset","stop_id":%d}`, v.StopID), c.code)
					s.until("stopped by the alarm", func(v seen) bool { return v.State == "stopped" && v.first() == "arm_alarm" && v.answered() })
					s.want(moveTo(k.home), `"code":"stopped"`)
					r.wantNo(c.unsent, 0, func(e armtest.Event) bool { return c.unsent != "" && armtest.Is(armtest.EvLine, c.unsent)(e) })
					if c.mend == "" {
						return
					}
				}
				if c.mend != "" {
					r.arm.Command(c.mend)
					r.still(aWhile)
				}
				stood := r.arm.Now()
				s.reset()
				r.still(aWhile)
				r.wantNoMotion("by the reset", stood)
				r.onward(s)
			})
		}
	})
}
