package daemon

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/safety"
)

// A defect in the handling of one connection stops the arm and costs that connection. The
// others, and those that come later, are served.
func TestPanicOfOneConnection(t *testing.T) {
	r := startInside(t, Options{})
	broken, other, pendant := r.station(), r.station(), r.pendant()
	other.want(`{"type":"move","x":-200,"y":0,"z":150}`, "ok")
	broken.want(`{"type":"ping"}`, "pong")
	r.inside.guard.with(func(safety.Instant, *safety.Gate) {
		r.inside.desk.metrics.Verdicts[safety.NotInControl] = nil // counting it panics
	})
	broken.send(`{"type":"ping"}`, `{"type":"move","x":0,"y":0,"z":150}`, `{"type":"ping"}`)
	if lines := broken.wantClosed(); len(lines) != 0 {
		t.Errorf("before the end there came %q", lines)
	}
	s := other.untilStopped()
	if diff := cmp.Diff([]seenCause{{"panic", "connection"}}, s.Causes); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
	if s.StopID != 1 {
		t.Errorf("the stop has the number %d, want 1", s.StopID)
	}
	for _, c := range []*client{other, pendant, r.station(), r.pendant()} {
		c.want(`{"type":"ping"}`, "pong")
	}
	other.want(`{"type":"reset","stop_id":1}`, "ok")
	other.want(`{"type":"move","x":0,"y":0,"z":150}`, "ok")
	closed := r.inside.desk.metrics.Closed
	other.until("aware of the connection's end", func(seen) bool { return count(t, closed.EOF)+count(t, closed.Error) > 0 })
	if n := count(t, closed.EOF); n != 0 {
		t.Error("the connection counts as closed by its station")
	}
}

// A defect while the gate is locked leaves it unlocked.
func TestPanicUnderLock(t *testing.T) {
	r := newRig(t, newFakeArm())
	func() {
		defer func() { _ = recover() }()
		r.guard.with(func(safety.Instant, *safety.Gate) { panic("boom") })
	}()
	stopped := make(chan uint64, 1)
	go func() { stopped <- r.halt() }()
	select {
	case id := <-stopped:
		if id != 1 {
			t.Errorf("the stop after it has the number %d", id)
		}
	case <-time.After(patience):
		t.Error("the gate is locked for ever")
	}
}
