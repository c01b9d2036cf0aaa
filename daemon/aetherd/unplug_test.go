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
	for name, replace := range map[string]func(*rig){
		"the cable":      func(r *rig) { r.arm.Command("replug") },
		"the controller": func(r *rig) { r.arm = newArm(r.t, r.arm.Path()) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			s := r.operator()
			r.cruise(s)
			r.arm.Command("close")
			v := s.untilStopped(unplugged...)
			if v.Arm.Link != "down" || v.Position != nil {
				t.Errorf("without a cable: %+v", v)
			}
			r.wantUp(0, http.StatusServiceUnavailable, "the arm does not answer", "cause: "+v.first())

			back := r.arm.Now()
			replace(r)
			s.untilLink("up")
			v = s.untilStopped(v.first())
			r.wantUp(1, http.StatusServiceUnavailable, "stopped, stop_id 2", "cause: "+v.first())
			s.want(`{"type":"move","x":-280,"y":0,"z":100}`, `"code":"stopped","stop_id":2`)
			r.polled(1)
			s.reset()
			r.polled(2)
			r.wantNo("motion came back by itself", back, isJog)

			s.arrive(v.Position.X, 5, 100)
			r.wantUp(1, http.StatusOK, "ready")
			if at := r.arm.Last(); at.Y < 4 || at.X != v.Position.X { // done: within 1 mm
				t.Errorf("the arm is not where the new command says: %+v", at)
			}
			if n := r.metric("aetherd_reconnects_total"); n != 1 {
				t.Errorf("aetherd_reconnects_total %v", n)
			}
		})
	}
}
