package main

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// A stop comes from a station that has no control. It reaches the controller as the byte that
// ends the motion, and no motion follows it.
func TestStopReachesTheWire(t *testing.T) {
	for _, port := range []string{"command", "stop"} {
		t.Run(port+" port", func(t *testing.T) {
			r := newRig(t)
			s := r.operator()
			r.cruise(s)
			stopOnTheWire(t, r, port)
			s.untilStopped("station")
			s.reset()
			s.arrive(r.arm.Last().X, 5, 100)
		})
		t.Run(port+" port in a flood", func(t *testing.T) {
			r := newRig(t, `safety.control = "shared"`, "safety.rate_per_s = 1000000", "safety.burst = 1000000")
			r.cruise(r.operator())
			over := flood(t, r)
			r.polled(1)
			stopOnTheWire(t, r, port)
			over()
		})
	}
}

// stopOnTheWire sends a stop on one of the ports, and checks what the controller gets and does.
func stopOnTheWire(t *testing.T, r *rig, port string) {
	t.Helper()
	p := r.station()
	if port == "stop" {
		p = r.pendant()
	}
	sent := r.arm.Now()
	p.want(`{"type":"stop"}`, `"stop_id":2`)
	replied := r.arm.Now()
	r.station().untilStopped("station")
	confirmed := r.arm.Now()
	r.polled(1)
	stop, rest := r.wantStopped(sent)
	r.wantNo("motion after the stop was confirmed", confirmed, armtest.Is(armtest.EvStart))
	if rest > stop+100*time.Millisecond+slack {
		t.Errorf("at rest %v after the stop byte", rest-stop)
	}
	if n := r.metric("aetherd_stop_latency_seconds_count"); n != 1 {
		t.Errorf("aetherd_stop_latency_seconds_count %v", n)
	}
	since := func(at time.Duration) time.Duration { return (at - sent).Round(10 * time.Microsecond) }
	t.Logf("reply after %v, first stop byte after %v, at rest after %v", since(replied), since(stop), since(rest))
}

// wantStopped checks that a stop byte came since from, that no jog came behind it, and that the
// arm stands. It returns when the first stop byte came, and since when the arm stands.
func (r *rig) wantStopped(from time.Duration) (stop, rest time.Duration) {
	r.t.Helper()
	rest = from                // or before
	r.arm.Command("slow-ok 0") // changes nothing; when it is done, all that was before has been told
	for _, e := range r.events(from) {
		switch {
		case stop == 0 && isByte(cancel)(e):
			stop = time.Duration(e.T)
		case stop != 0 && isJog(e):
			r.t.Errorf("behind the stop byte there came %s", e.Text)
		case e.Ev == armtest.EvRest:
			rest = time.Duration(e.T)
		}
	}
	if now := r.arm.Last(); stop == 0 || now.V > 0 {
		r.t.Fatalf("the first stop byte came at %v, and now: %+v", stop, now)
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
