package main

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A second daemon with the same configuration fails and says why. Nothing of it reaches the
// arm, or the stations of the first.
func TestSecondDaemon(t *testing.T) {
	r := newRig(t)
	s := r.operator()
	r.cruise(s)
	began := r.arm.Now()
	for port := range r.addresses() {
		second := launch(t, nil, r.drives(r.arm, r.addresses()[port])...)
		if code := second.exit(patience); code != 1 {
			t.Errorf("exit code %d", code)
		}
		second.untilLogged("aetherd: ", "listen = ", "address already in use")
	}
	out, err := exec.Command(aetherd(t), "check", "-c", configFile(t, r.drives(r.arm, r.addresses()...)...)).CombinedOutput()
	if n := strings.Count(string(out), "is aetherd running already?"); err == nil || n != 3 {
		t.Errorf("check: %v\n%s", err, out)
	}
	r.undisturbed(s, began)
}

// A second daemon on the same serial port runs, and has no arm.
func TestSecondDaemonOnSerialPort(t *testing.T) {
	r := newRig(t)
	s := r.operator()
	r.cruise(s)
	began := r.arm.Now()
	second := start(t, r.drives(r.arm, "arm.reopen_min_ms = 1")...)
	for range 3 {
		second.untilLogged("the arm does not answer", "is in use by another program")
	}
	v := second.station().state()
	if v.State != "stopped" || v.first() != "boot" || v.Arm.Link != "down" {
		t.Errorf("the second daemon: %+v", v)
	}
	if n := second.metric("aetherd_serial_up"); n != 0 {
		t.Errorf("the second daemon's aetherd_serial_up %v", n)
	}
	r.undisturbed(s, began)
}

// undisturbed checks that nothing but the motion of s has reached the controller since from, and
// that this motion goes on.
func (r *rig) undisturbed(s *station, from time.Duration) {
	r.t.Helper()
	if v := s.state(); v.State != "active" || v.Arm.Link != "up" {
		r.t.Errorf("the first daemon: %+v", v)
	}
	r.wantNo("a reset", from, isByte(softReset))
	r.wantNo("a stop", from, isByte(cancel))
	r.arm.Skip()
	r.until("motion", isJog)
}
