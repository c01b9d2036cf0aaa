//go:build image

package image

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// status is what "aetherctl status --json" says.
type status struct {
	OK     bool   `json:"ok"`
	Arm    string `json:"arm"`
	Hash   string `json:"config_hash"`
	State  string `json:"state"`
	StopID uint64 `json:"stop_id"`
	Causes []struct{ Cause string }
	Driver string        `json:"driver"`
	Link   string        `json:"link"`
	At     *safety.Point `json:"position"`
}

// status asks the daemon; without one it says nothing.
func (m *machine) status() (s status) {
	m.t.Helper()
	r := m.run("aetherctl", "status", "--json", "--timeout", "1s")
	if r.code == 0 {
		if err := json.Unmarshal([]byte(r.stdout), &s); err != nil {
			m.t.Fatalf("%s: %v", r.stdout, err)
		}
	}
	return s
}

// wantStopped checks that the daemon, just started, is stopped by that, and that no motion is
// admitted.
func (m *machine) wantStopped(what string) {
	m.t.Helper()
	s := m.status()
	if s.State != "stopped" {
		m.t.Fatalf("%s: state %q, want stopped", what, s.State)
	}
	if r := m.run("aetherctl", "move", "0", "0", "120"); r.code != 5 {
		m.t.Errorf("%s: a move ends with exit status %d, want 5 (stopped)\n%s%s", what, r.code, r.stdout, r.stderr)
	}
}

// reset ends the stop that is latched.
func (m *machine) reset() {
	m.t.Helper()
	m.must("aetherctl", "reset", strconv.FormatUint(m.status().StopID, 10))
}

// move sends the arm to a point, and returns when it is there. aetherctl asks for a deadman of a
// quarter of a second, which a busy machine may not keep; this station does not.
func (m *machine) move(to safety.Point) {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(interrupted, patience)
	defer cancel()
	conn, err := m.dial(ctx, "tcp", "127.0.0.1:5000")
	if err != nil {
		m.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(conn, "{\"type\":\"move\",\"x\":%v,\"y\":%v,\"z\":%v,\"id\":1,\"notify\":true}\n", to.X, to.Y, to.Z); err != nil {
		m.t.Fatal(err)
	}
	lines := bufio.NewScanner(conn)
	for _, want := range []string{`{"status":"ok",`, `{"event":"done",`} {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), want) {
			m.t.Fatalf("a move to %v is answered by %q, want %s…", to, lines.Text(), want)
		}
	}
}

// speedLimit returns what the daemon tells stations of its speed limit.
func (m *machine) speedLimit() float64 {
	m.t.Helper()
	answer := m.must("sh", "-ec", `echo '{"type":"hello"}' | aetherctl send`)
	var hello struct{ Limits struct{ Speed float64 } }
	if err := json.Unmarshal([]byte(answer), &hello); err != nil {
		m.t.Fatalf("%s: %v", answer, err)
	}
	return hello.Limits.Speed
}

// metrics scrapes the daemon. It returns the text, and the value of every series.
func (m *machine) metrics() (text string, values map[string]string) {
	m.t.Helper()
	text, err := m.get("http://127.0.0.1:5002/metrics")
	if err != nil {
		m.t.Fatal(err)
	}
	values = map[string]string{}
	for line := range strings.Lines(text) {
		if series, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			values[series] = value
		}
	}
	return text, values
}

// cruise sends the arm a long and slow way, by a station that stays, and returns in the middle of
// it. The arm is not to come to where it was sent.
func (m *machine) cruise(a *arm) (to safety.Point) {
	m.t.Helper()
	from := a.at()
	to = safety.Point{X: 280, Z: 100}
	if from.X > 0 {
		to.X = -280
	}
	station := m.command(interrupted, "aetherctl", "send", "--for", "1m")
	station.Stdin = strings.NewReader(fmt.Sprintf("{\"type\":\"move\",\"x\":%v,\"y\":%v,\"z\":%v,\"speed\":50}\n", to.X, to.Y, to.Z))
	if err := station.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { _ = station.Wait() }) // it ends with the daemon that it talks to
	m.until("the arm to cruise", func() bool { return a.at().Sub(from).Norm() > 40 })
	return to
}

// strike does something to the daemon in the middle of a motion, and checks that the arm goes on for
// no longer than the horizon. It returns the moment from which on nothing must move.
func (m *machine) strike(a *arm, what string, blow func()) (still time.Duration) {
	m.t.Helper()
	to := m.cruise(a)
	lately := a.since(armtest.Monotonic() - time.Second)
	if !slices.ContainsFunc(lately, func(e armtest.Event) bool { return e.V > 0 }) {
		m.t.Fatalf("%s: the arm did not move before: the test shows nothing", what)
	}
	blow()
	// Processes die, and the emulator wakes, when the machine lets them.
	const slack = 150 * time.Millisecond
	still = armtest.Monotonic() + horizon + slack
	m.until("the horizon", func() bool { return armtest.Monotonic() > still })
	a.wantStill(m.t, what, still)
	if a.at().Sub(to).Norm() < 5 {
		m.t.Fatalf("%s: the arm had arrived before: the test shows nothing", what)
	}
	return still
}
