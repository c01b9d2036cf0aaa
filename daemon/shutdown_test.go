package daemon

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// What had been received when the daemon was told to end is answered, line by line, before the
// connection is closed.
func TestShutdownAnswers(t *testing.T) {
	const stations, pings = 8, 3000 // several reads each
	f := newFakeArm()
	f.before = func(told) error { return errBoom } // an arm that is not there needs no time to stand
	r := startInside(t, Options{Driver: f})
	clients := make([]*client, stations)
	for i := range clients {
		clients[i] = r.station()
		clients[i].want(`{"type":"ping"}`, "pong")
	}
	r.inside.guard.mu.Lock() // nothing is answered before the end has begun
	for _, c := range clients {
		var lines []string
		for i := range pings {
			lines = append(lines, fmt.Sprintf(`{"type":"ping","id":%d}`, i))
		}
		c.send(append(lines, `{"type":"move","x":0,"y":0,"z":150,"id":"last"}`)...)
	}
	r.cancel()
	r.inside.guard.mu.Unlock()
	for _, c := range clients {
		lines := c.wantClosed()
		if len(lines) != pings+1 {
			t.Fatalf("%d lines answered, want %d", len(lines), pings+1)
		}
		for i, line := range lines[:pings] {
			if want := fmt.Sprintf(`{"status":"ok","message":"pong","id":%d}`, i); line != want {
				t.Fatalf("reply %d is %s", i, line)
			}
		}
		if !strings.HasSuffix(lines[pings], `"id":"last"}`) {
			t.Errorf("the move is answered with %s", lines[pings])
		}
	}
	if err := r.wait(); err != nil {
		t.Error(err)
	}
}

// silentArm never says what came of anything, so a shutdown waits for it as long as it does.
type silentArm struct{ *fakeArm }

func (silentArm) Service(safety.Instant) (safety.Instant, error) { return arm.Never, nil }

func TestShutdownTurnsAway(t *testing.T) {
	r := startInside(t, Options{Driver: silentArm{newFakeArm()}})
	c, p := r.station(), r.pendant()
	c.want(`{"type":"ping"}`, "pong")
	p.want(`{"type":"ping"}`, "pong")
	r.cancel()
	for _, c := range []*client{c, p} {
		c.until("stopped by the shutdown", func(s seen) bool { return len(s.Causes) == 1 && s.Causes[0].Cause == "shutdown" })
	}
	for _, address := range []string{r.address.Command, r.address.Stop} {
		conn, err := net.DialTimeout("tcp", address, patience)
		if err != nil {
			continue // it has ended already
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(patience))
		_, _ = conn.Write([]byte(`{"type":"ping"}` + "\n"))
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err == nil && !strings.Contains(line, `"code":"shutting_down"`) {
			t.Errorf("a station that comes too late is told %s", line)
		}
		if isTimeout(err) {
			t.Error("a station that comes too late is told nothing, and kept")
		}
	}
	if err := r.wait(); err != nil {
		t.Error(err)
	}
	if n := count(t, r.inside.desk.metrics.Closed.Refused); n != 0 {
		t.Errorf("%v count as refused for want of room", n)
	}
}

// A write that does not return keeps the daemon from closing the arm, not from ending.
func TestShutdownWithStuckArm(t *testing.T) {
	for _, call := range []string{"move", "stop"} {
		t.Run(call, func(t *testing.T) {
			release, entered := make(chan struct{}), make(chan struct{})
			defer close(release)
			f := newFakeArm()
			f.before = func(c told) error {
				if c.call == call {
					close(entered)
					<-release
				}
				return nil
			}
			r := start(t, Options{Driver: f})
			c := r.station()
			c.want(`{"type":"move","x":0,"y":0,"z":150}`, "ok")
			if call == "move" {
				<-entered
			}
			r.cancel()
			<-entered
			if err := r.wait(); err != nil {
				t.Error(err)
			}
			if log := r.log(); !strings.Contains(log, "still stuck") {
				t.Errorf("the log does not say that the arm was not closed:\n%s", log)
			}
			for _, c := range f.calls() {
				if c.call == "close" {
					t.Error("the arm was closed under the write")
				}
			}
		})
	}
}

// The daemon ends when the arm stands.
func TestShutdownBrakes(t *testing.T) {
	r := startInside(t, Options{})
	c := r.station()
	c.want(`{"type":"move","x":-200,"y":0,"z":150}`, "ok")
	c.until("on its way", func(s seen) bool { return s.Position.X < 150 })
	r.cancel()
	if err := r.wait(); err != nil {
		t.Error(err)
	}
	r.inside.guard.with(func(now safety.Instant, gate *safety.Gate) {
		s := gate.Connect(now, "afterwards", safety.Operator)
		if v := gate.Reset(now, s, gate.StopID(), 0, true); !v.OK() {
			t.Errorf("a reset would be %v", v.Reason)
		}
	})
}

// Nobody can end the stop of a daemon that is going down.
func TestNoResetDuringShutdown(t *testing.T) {
	r := startInside(t, Options{})
	c := r.station()
	c.want(`{"type":"ping"}`, "pong")
	r.inside.desk.closing.Store(true) // as shutdown begins
	r.inside.guard.halt(safety.CauseShutdown, "")
	c.untilStopped()
	c.want(`{"type":"reset","stop_id":1}`, `"code":"cause_active","stop_id":1`)
}
