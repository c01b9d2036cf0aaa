package daemon

import (
	"strings"
	"testing"
	"time"

	"github.com/panjf2000/gnet/v2"

	"github.com/aether-arm/aetherd/safety"
)

// gnet leaves a connection open whose refusal could not be sent. What it sends then is not
// served, and does not count as a defect either.
func TestRefusedConnectionIsNotServed(t *testing.T) {
	p, c := newTraffic(t, canonical)
	c.station.session = nil
	if action := p.OnTraffic(c); action != gnet.Close {
		t.Errorf("action %v, want Close", action)
	}
	if s := p.guard.snapshot(nil); s.State != safety.Idle || len(c.out) != 0 {
		t.Errorf("state %v with causes %v, sent %q", s.State, s.Causes, c.out)
	}
}

// Stops that come in one read wait once for a write of motion that does not end, and not
// at all for one that is known to be stuck.
func TestManyStopsWaitOnce(t *testing.T) {
	const stops = 200
	p, c := newTraffic(t, strings.Repeat(`{"type":"stop"}`+"\n", stops))
	if !p.guard.lock.begin(p.guard.lock.ticket()) {
		t.Fatal("no write can begin")
	}
	began := time.Now()
	p.OnTraffic(c)
	if waited := time.Since(began); waited > stops*writeWait/4 {
		t.Errorf("%d stops waited %v, want about %v", stops, waited, writeWait)
	}
	if n := strings.Count(string(c.out), "Stopped"); n != stops {
		t.Errorf("%d replies to %d stops", n, stops)
	}
	p.guard.stuck.Store(true)
	began = time.Now()
	p.OnTraffic(c)
	if waited := time.Since(began); waited > writeWait {
		t.Errorf("stops waited %v for a write that is stuck", waited)
	}
}

// A station whose event loop does not get round to its lines is closed, for gnet keeps
// them without a limit.
func TestUnsentLinesAreBounded(t *testing.T) {
	c := &slowConn{}
	s := &station{conn: c}
	for range 2 * maxSends {
		s.send([]byte("x\n"))
	}
	if c.queued != maxSends || c.closed == 0 {
		t.Errorf("%d lines queued, closed %d times; want %d and closed", c.queued, c.closed, maxSends)
	}
}

// slowConn is a connection whose event loop never runs.
type slowConn struct {
	gnet.Conn
	queued, closed int
}

func (c *slowConn) AsyncWrite([]byte, gnet.AsyncCallback) error { c.queued++; return nil }
func (c *slowConn) Close() error                                { c.closed++; return nil }
