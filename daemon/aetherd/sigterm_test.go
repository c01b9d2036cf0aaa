package main

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"
)

// shutdownTime is how long the daemon may take to end.
const shutdownTime = 2 * time.Second

// A service is stopped in the middle of a motion: the arm stops first, and the ports are free
// for the next start.
func TestSigterm(t *testing.T) {
	r := newRig(t)
	s := r.operator()
	r.cruise(s)
	signalled := r.arm.Now()
	r.signal(syscall.SIGTERM)
	if code := r.exit(shutdownTime); code != 0 {
		t.Errorf("exit code %d", code)
	}
	ended := r.arm.Now()
	t.Logf("ended after %v", (ended - signalled).Round(time.Millisecond))
	if _, rest := r.wantStopped(signalled); rest > ended {
		t.Errorf("the daemon ended %v before the arm stood", rest-ended)
	}

	again := start(t, r.drives(r.arm, r.addresses()...)...)
	if again.ready != r.ready {
		t.Errorf("the second start listens on %+v, the first did on %+v", again.ready, r.ready)
	}
	again.station().reset()
}

// What had come before the signal is answered.
func TestSigtermAnswers(t *testing.T) {
	p := start(t)
	const lines = 5000 // more than is answered before the daemon would end without waiting
	stations := make([]*station, 50)
	for i := range stations {
		stations[i] = p.station()
		stations[i].want(`{"type":"ping"}`, "pong") // it is taken in
	}
	for _, s := range stations {
		if err := s.send(strings.Repeat("{\"type\":\"ping\"}\n", lines-1) + `{"type":"state"}`); err != nil {
			t.Fatal(err)
		}
	}
	p.signal(syscall.SIGTERM)
	if code := p.exit(shutdownTime); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for i, s := range stations {
		_ = s.conn.SetReadDeadline(time.Now().Add(patience))
		replies, err := io.ReadAll(s.in)
		if n := strings.Count(string(replies), `"status":"ok"`); n != lines || err != nil {
			t.Errorf("station %d: %d of %d requests were answered, then %v", i, n, lines, err)
		}
	}
}

// addresses are the lines of a configuration for the same ports.
func (p *process) addresses() []string {
	return []string{
		fmt.Sprintf("server.listen = %q", p.ready.Command),
		fmt.Sprintf("server.stop_listen = %q", p.ready.Stop),
		fmt.Sprintf("ops.listen = %q", p.ready.Ops),
	}
}

// A daemon that has no arm ends as quickly.
func TestSigtermWithoutArm(t *testing.T) {
	p := start(t, `arm.driver = "grbl"`, `arm.serial.port = "/dev/null"`,
		"safety.workspace.x = [0, 1]", "safety.workspace.y = [0, 1]", "safety.workspace.z = [0, 1]")
	p.station().untilStopped("boot")
	p.untilLogged("the arm does not answer", "/dev/null is not a serial port")
	p.signal(syscall.SIGTERM)
	if code := p.exit(shutdownTime); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
