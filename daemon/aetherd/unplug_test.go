package main

import (
	"net/http"
	"testing"
)

// unplugged are the causes of the stop that a pulled cable is: the reader or the writer finds
// out first.
var unplugged = []string{"link_lost", "write_failed"}

// The cable is pulled in the middle of a motion and put back: the link comes back by itself,
// and motion only with a reset and a new command.
func TestUnplug(t *testing.T) {
	everyKind(t, func(t *testing.T, k kind) {
		for _, what := range k.some([]string{"cable", "controller"}) {
			t.Run("the "+what, func(t *testing.T) {
				testUnplug(t, k, func(r *rig) {
					if what == "cable" {
						r.arm.Command("replug")
					} else {
						r.arm = k.newArm(t, r.arm.Path())
					}
				})
			})
		}
	})
}

func testUnplug(t *testing.T, k kind, replace func(*rig)) {
	r := k.start(t)
	s := r.operator()
	r.cruise(s)
	r.arm.Command("close")
	v := s.untilStopped(unplugged...)
	if v.Arm.Link != "down" || v.Position != nil {
		t.Errorf("without a cable: %+v", v)
	}
	r.wantUp(0, http.StatusServiceUnavailable, "the arm does not answer", "cause: "+v.first())
	r.still(k.horizon + slack)

	replace(r)
	back := r.arm.Now()
	if !r.comesBack(s) {
		return
	}
	v = s.untilStopped(v.first())
	r.wantUp(1, http.StatusServiceUnavailable, "stopped, stop_id 2", "cause: "+v.first())
	s.want(moveTo(k.other), `"code":"stopped","stop_id":2`)
	s.reset()
	r.still(aWhile)
	r.wantNoMotion("motion came back by itself", back)

	r.onward(s)
	r.wantUp(1, http.StatusOK, "ready")
	if n := r.metric("aetherd_reconnects_total"); n != 1 {
		t.Errorf("aetherd_reconnects_total %v", n)
	}
}
