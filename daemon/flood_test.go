package daemon

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/daemon/config"
)

// flood is many stations that move the arm as fast as they can, each with some requests in
// flight.
type flood struct {
	stations []*client
	depth    int

	phase    atomic.Int64 // odd from the moment that a stop was answered until its reset is sent
	admitted atomic.Int64
	refused  chan struct{} // a station had all of a batch refused that it sent in an odd phase
	defects  chan error
	quit     chan struct{}
	ended    sync.WaitGroup
}

func newFlood(r *running, stations, depth int) *flood {
	f := &flood{
		depth:   depth,
		refused: make(chan struct{}, stations),
		defects: make(chan error, stations),
		quit:    make(chan struct{}),
	}
	for range stations {
		f.stations = append(f.stations, r.station())
	}
	for i, c := range f.stations {
		f.ended.Go(func() { f.press(c, rand.New(rand.NewPCG(uint64(i), 1))) })
	}
	return f
}

// end ends the flood, and returns what was wrong.
func (f *flood) end() (defects []error) {
	close(f.quit)
	f.ended.Wait()
	close(f.defects)
	for err := range f.defects {
		defects = append(defects, err)
	}
	return defects
}

// press sends batch upon batch.
func (f *flood) press(c *client, random *rand.Rand) {
	var told int64 // the odd phase in which this station has had its batch refused
	for {
		select {
		case <-f.quit:
			return
		default:
		}
		var batch strings.Builder
		for range f.depth {
			fmt.Fprintf(&batch, `{"type":"move","x":%d,"y":%d,"z":%d}`+"\n",
				random.IntN(600)-300, random.IntN(600)-300, random.IntN(400))
		}
		sentIn := f.phase.Load()
		admitted, err := f.exchange(c, batch.String())
		if err != nil {
			f.defects <- err
			return
		}
		f.admitted.Add(int64(admitted))
		if sentIn%2 == 0 || f.phase.Load() != sentIn {
			continue
		}
		if admitted > 0 {
			f.defects <- fmt.Errorf("%d of %d commands were admitted that were sent after a stop had been answered", admitted, f.depth)
			return
		}
		if told != sentIn {
			told = sentIn
			f.refused <- struct{}{}
		}
	}
}

// exchange sends a batch and reads its replies. Each must be "ok" or "stopped".
func (f *flood) exchange(c *client, batch string) (admitted int, err error) {
	_ = c.conn.SetWriteDeadline(time.Now().Add(patience))
	if _, err := c.conn.Write([]byte(batch)); err != nil {
		return 0, err
	}
	for range f.depth {
		reply, err := c.read()
		switch {
		case err != nil:
			return 0, err
		case reply == answeredMove:
			admitted++
		case !strings.Contains(reply, `"code":"stopped"`):
			return 0, fmt.Errorf("a command was answered %s", reply)
		}
	}
	return admitted, nil
}

// await waits until n more commands were admitted.
func (f *flood) await(t *testing.T, n int64) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for until := f.admitted.Load() + n; f.admitted.Load() < until; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("no command is admitted")
		}
	}
}

// TestStopUnderFlood stops the arm from a station that may not move it, on either port,
// while 64 stations move it. Whatever is sent once the stop is answered is refused, and
// nothing but braking is written.
func TestStopUnderFlood(t *testing.T) {
	const stations, depth, rounds = 64, 16, 5
	arm := newFakeArm()
	r := startInside(t, Options{Driver: arm}, unlimited, func(c *config.Config) {
		c.Safety.Control = "shared"
		c.Safety.Motion.TickHz = 500
		c.Stations = []config.Station{{Name: "visitor", Role: "observer"}}
	})
	visitor, operator := r.named("visitor"), r.station()
	visitor.want(askedToMove, `"code":"not_permitted"`)
	f := newFlood(r, stations, depth)
	for _, stopper := range []struct {
		port string
		*client
	}{{"command", visitor}, {"stop", r.pendant()}} {
		for range rounds {
			f.await(t, 2*stations*depth)
			var stop struct {
				StopID uint64 `json:"stop_id"`
			}
			stopper.parse(stopper.ask(`{"type":"stop"}`), &stop)
			f.phase.Add(1)
			for r.inside.guard.lock.writing() { // the one write that could not be called back
				runtime.Gosched()
			}
			before := len(arm.calls())
			for range stations {
				select {
				case <-f.refused:
				case err := <-f.defects:
					t.Fatalf("%s port: %v", stopper.port, err)
				case <-time.After(patience):
					t.Fatalf("%s port: a station is not answered", stopper.port)
				}
			}
			operator.untilStopped()
			after := arm.calls()[before:]
			for _, c := range after {
				if c.call == "move" && !c.setpoint.Braking {
					t.Fatalf("%s port: the arm was moved after the stop's reply: %+v", stopper.port, after)
				}
			}
			f.phase.Add(1)
			operator.want(fmt.Sprintf(`{"type":"reset","stop_id":%d}`, stop.StopID), `"Reset"`)
		}
	}
	for _, err := range f.end() {
		t.Error(err)
	}
}
