package daemon

import (
	"fmt"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// TestStopIsNeverRefused stops in every state, from stations that may do nothing else: one
// has used up its rate, one is an observer, one is on the stop port.
func TestStopIsNeverRefused(t *testing.T) {
	a := newFakeArm()
	r := startInside(t, Options{Driver: a}, patientGate, func(c *config.Config) {
		c.Safety.Rate, c.Safety.Burst = 0.001, 4
		c.Stations = []config.Station{{Name: "visitor", Role: "observer"}}
	})
	spent, visitor := r.station(), r.named("visitor")
	for range 4 {
		spent.want(`{"type":"move","x":0,"y":0,"z":150,"check":true}`, `"Command would be accepted"`)
	}
	spent.want(askedToMove, `"rate_limited"`)
	visitor.want(askedToMove, `"not_permitted"`)

	var stops uint64
	stop := func(state string) {
		t.Helper()
		if s := visitor.state(); s.State != state {
			t.Fatalf("the state is %s, want %s", s.State, state)
		}
		for _, c := range []*client{spent, visitor, r.pendant()} {
			for range 20 {
				stops++
				c.want(`{"type":"stop","ttl_ms":1}`, fmt.Sprintf(`{"status":"ok","message":"Stopped","stop_id":%d}`, stops))
			}
		}
		if s := visitor.state(); s.State != "stopped" || s.StopID != stops {
			t.Fatalf("the state is %+v, want stopped by the stop %d", s, stops)
		}
	}
	stop("idle")
	stop("stopped")
	mover := r.station()
	for _, state := range []string{"active", "held"} {
		visitor.untilStopped()
		mover.want(fmt.Sprintf(`{"type":"reset","stop_id":%d}`, stops), `"Reset"`)
		mover.want(far, `"Command received"`)
		if state == "held" {
			mover.close()
			visitor.until(state, func(s seen) bool { return s.State == state })
		}
		stop(state)
	}
}

// TestStopOvertakesTheLinesBefore glues a stop between motions. Replies keep their order.
func TestStopOvertakesTheLinesBefore(t *testing.T) {
	a := newFakeArm()
	r := startInside(t, Options{Driver: a}, patientGate)
	c := r.station()
	c.send(`{"type":"move","x":0,"y":0,"z":150,"id":1}`, `{"type":"stop","id":2}`, `{"type":"move","x":0,"y":0,"z":150,"id":3}`)
	c.wantNext(
		`{"status":"error","message":"Command refused","code":"stopped","stop_id":1,"id":1}`,
		`{"status":"ok","message":"Stopped","stop_id":1,"id":2}`,
		`{"status":"error","message":"Command refused","code":"stopped","stop_id":1,"id":3}`)
	r.rest(a)
	if got := story(a.calls()); got != "open stop" {
		t.Errorf("the arm was told: %s", got)
	}
}

// TestTimeToLive holds the gate's lock while requests wait for it: their time runs from the
// moment they were received. A stop waits as well, and is carried out.
func TestTimeToLive(t *testing.T) {
	const ttl = 20 * time.Millisecond
	a := newFakeArm()
	r := startInside(t, Options{Driver: a}, patientGate)
	c := r.station()
	c.want(`{"type":"command","x":200,"y":0,"z":150,"gripper":"open","ttl_ms":3600000}`, `"Command received"`)
	r.rest(a)

	g := r.inside.guard
	g.mu.Lock()
	c.send(`{"type":"move","x":0,"y":0,"z":150,"ttl_ms":20,"id":1}`, `{"type":"ping","ttl_ms":20,"id":2}`,
		`{"type":"ping","ttl_ms":3600000,"id":3}`, `{"type":"stop","ttl_ms":20,"id":4}`)
	deadline := g.clock.now() + patience
	for !g.lock.waiting() && g.clock.now() < deadline {
		<-time.After(time.Millisecond) // the lines have been received once the stop waits
	}
	<-time.After(ttl)
	g.mu.Unlock()
	c.wantNext(
		`{"status":"error","message":"Command refused","code":"expired","id":1}`,
		`{"status":"error","message":"Command refused","code":"expired","id":2}`,
		`{"status":"ok","message":"pong","id":3}`,
		`{"status":"ok","message":"Stopped","stop_id":1,"id":4}`)
	r.rest(a)
	if got := story(a.calls()); got != "open open stop" {
		t.Errorf("the arm was told: %s", got)
	}
	if s := g.snapshot(nil); s.Position != (safety.Point{X: 200, Z: 150}) {
		t.Errorf("the arm went to %v", s.Position)
	}
}
