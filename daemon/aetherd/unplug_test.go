package main

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/aether-arm/aetherd/arm/armtest"
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
			r.polled()
			s.reset()
			r.polled()
			r.wantNo("motion came back by itself", back, isJog)

			s.arrive(v.Position.X, 5, 100)
			r.wantUp(1, http.StatusOK, "ready")
			if at := r.arm.Last(); at.Y < 4.9 || at.X != v.Position.X {
				t.Errorf("the arm is not where the new command says: %+v", at)
			}
			if n := r.metric("aetherd_reconnects_total"); n != 1 {
				t.Errorf("aetherd_reconnects_total %v", n)
			}
		})
	}
}

// wantUp checks what the ops server says about the link and about the arm.
func (r *rig) wantUp(up float64, status int, words ...string) {
	r.t.Helper()
	if n := r.metric("aetherd_serial_up"); n != up {
		r.t.Errorf("aetherd_serial_up %v, want %v", n, up)
	}
	code, body := r.get("/readyz")
	if code != status {
		r.t.Errorf("/readyz %d, want %d", code, status)
	}
	for _, w := range words {
		if !strings.Contains(body, w) {
			r.t.Errorf("/readyz says %q, not %q", body, w)
		}
	}
}

// A daemon that was killed leaves nothing behind: the next one boots stopped, knows where the
// arm is, and moves it only after a reset and a command.
func TestNothingMovesAfterCrash(t *testing.T) {
	r := newRig(t)
	r.cruise(r.operator())
	r.signal(syscall.SIGKILL)
	r.exit(patience)
	r.until("standstill", armtest.GrblIs(armtest.GrblState, "Idle"))
	r.arm.Command("release") // of the tty, which a real one does by itself

	restart := r.arm.Now()
	r.process = start(t, drives(r.arm)...)
	s := r.station()
	v := s.untilStopped("boot")
	if at := r.arm.Last(); v.Position == nil || v.Position.X != at.X || at.X <= 0 {
		t.Errorf("the arm stands at %+v, the daemon says %+v", at, v.Position)
	}
	s.want(`{"type":"move","x":-280,"y":0,"z":100}`, `"code":"stopped"`)
	r.polled()
	s.reset()
	r.polled()
	r.wantNo("motion without a command", restart, isJog)
	s.arrive(v.Position.X, 5, 100)
}

// A thousand stations take the low descriptors, without which the serial port cannot be read.
func TestReconnectWith1500Stations(t *testing.T) {
	n := 1500
	if testing.Short() {
		n = 1100
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if need := uint64(2*n + 300); limit.Max < need {
		t.Skipf("the hard limit of descriptors is %d, this takes %d", limit.Max, need)
	}
	r := newRig(t, "server.max_stations = 1600")
	r.operator()
	stations := make([]*station, n)
	for i := range stations {
		stations[i] = r.station()
	}
	for _, s := range stations {
		s.want(`{"type":"ping"}`, "pong")
	}
	if open := r.descriptors(); open < 1024+64 {
		t.Fatalf("only %d descriptors are in use", open)
	}
	s := stations[0]
	r.cruise(s)
	r.arm.Command("close")
	s.untilStopped(unplugged...)
	r.arm.Command("replug")
	v := s.untilLink("up")
	s.reset()
	s.arrive(v.Position.X, 5, 100)
	for _, s := range stations {
		s.want(`{"type":"ping"}`, "pong")
	}
}
