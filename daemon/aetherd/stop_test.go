package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// A stop comes from a station that has no control. It reaches the controller at once, and no
// motion follows it.
func TestStopReachesTheWire(t *testing.T) {
	everyKind(t, func(t *testing.T, k kind) {
		for _, port := range k.some([]string{"stop", "command"}) {
			t.Run(port+" port", func(t *testing.T) {
				r := k.start(t)
				s := r.operator()
				r.cruise(s)
				r.stopOnTheWire(port)
				s.untilStopped("station")
				s.reset()
				r.onward(s)
			})
		}
	})
}

// The same while stations send as much as they can.
func TestStopInAFlood(t *testing.T) {
	for _, port := range []string{"command", "stop"} {
		t.Run(port+" port", func(t *testing.T) {
			r := newRig(t, `safety.control = "shared"`, "safety.rate_per_s = 1000000", "safety.burst = 1000000")
			r.cruise(r.operator())
			over := flood(t, r)
			r.arm.Skip()
			r.until("?", isByte('?'))
			r.stopOnTheWire(port)
			over()
		})
	}
}

// stopOnTheWire sends a stop on one of the ports, and checks what the controller gets and does.
func (r *rig) stopOnTheWire(port string) {
	r.t.Helper()
	p := r.station()
	if port == "stop" {
		p = r.pendant()
	}
	sent := r.arm.Now()
	p.want(`{"type":"stop"}`, `"stop_id":2`)
	replied := r.arm.Now()
	r.station().untilStopped("station")
	confirmed := r.arm.Now()
	r.still(aWhile)
	stop, rest := r.wantStopped(sent)
	r.wantNoMotion("after the stop was confirmed", confirmed)
	if rest > stop+r.braking()+slack {
		r.t.Errorf("at rest %v after the stop", rest-stop)
	}
	if n := r.metric("aetherd_stop_latency_seconds_count"); n != 1 {
		r.t.Errorf("aetherd_stop_latency_seconds_count %v", n)
	}
	since := func(at time.Duration) time.Duration { return (at - sent).Round(10 * time.Microsecond) }
	r.t.Logf("reply after %v, stop on the wire after %v, at rest after %v", since(replied), since(stop), since(rest))
}

// braking is how long an arm at full speed takes to rest: the gate's deceleration, and behind
// it what is committed.
func (k kind) braking() time.Duration {
	const gate = 100 * time.Millisecond // 250 mm/s at 2500 mm/s²
	return gate + k.horizon
}

// wantStopped checks that a stop came since from, that no motion came behind it but of the
// gate's braking, and that the arm stands. It returns when the stop came, and since when the
// arm stands.
func (r *rig) wantStopped(from time.Duration) (stop, rest time.Duration) {
	r.t.Helper()
	rest = from              // or before
	r.arm.Command("release") // changes nothing; when it is done, all that was before has been told
	events := r.events(from)
	behind := events
	if r.kind.stop == nil {
		stop = from
	} else if i := slices.IndexFunc(events, r.kind.stop); i >= 0 {
		stop, behind = time.Duration(events[i].T), events[i:]
	}
	for _, e := range events {
		if e.Ev == armtest.EvRest {
			rest = time.Duration(e.T)
		}
	}
	if now := r.arm.Last(); stop == 0 || now.V > 0 {
		r.t.Fatalf("the stop came at %v, and now: %+v", stop, now)
	}
	for _, e := range r.motion(behind) {
		if r.kind.stop != nil || time.Duration(e.T) > stop+r.braking()+slack {
			r.t.Errorf("%v behind the stop there came %s", time.Duration(e.T)-stop, e.Text)
		}
	}
	return stop, rest
}

// flood has stations send moves, 16 at a time, as fast as they are answered. It returns what
// ends them.
func flood(t *testing.T, r *rig) (over func()) {
	t.Helper()
	n := 64
	if testing.Short() {
		n = 16
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i := range n {
		s := r.station()
		lines := make([]string, 16)
		for j := range lines {
			lines[j] = fmt.Sprintf(`{"type":"move","x":280,"y":%d,"z":%d}`, i%8, 100+j%8)
		}
		all.Go(func() {
			for ctx.Err() == nil {
				err := s.send(lines...)
				for range lines {
					if err == nil {
						_, err = s.read()
					}
				}
				if err != nil {
					t.Errorf("the flood: %v", err)
					return
				}
			}
		})
	}
	over = func() {
		cancel()
		all.Wait()
	}
	t.Cleanup(over)
	return over
}
