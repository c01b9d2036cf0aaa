package daemon

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// busyWriter does with an interlock what the writer does, without pause: it takes a
// ticket, looks at the gate, and writes motion unless the gate is stopped.
type busyWriter struct {
	lock    interlock
	latched atomic.Bool   // the gate is stopped
	turns   atomic.Uint64 // rounds of the writer
	moves   atomic.Uint64 // writes of motion that began
	quit    chan struct{}
}

func (w *busyWriter) run() {
	for {
		select {
		case <-w.quit:
			return
		default:
		}
		ticket := w.lock.ticket()
		if w.lock.waiting() {
			w.lock.take(func(*stopRequest) { w.latched.Store(true) })
		}
		if !w.latched.Load() {
			runtime.Gosched() // what the gate computes
			if w.lock.begin(ticket) {
				w.moves.Add(1)
				w.lock.end()
			}
		}
		w.turns.Add(1)
		runtime.Gosched()
	}
}

// await waits for the writer to make n whole turns.
func (w *busyWriter) await(n uint64) {
	for until := w.turns.Load() + n + 1; w.turns.Load() < until; {
		runtime.Gosched()
	}
}

// TestNoWriteBeginsAfterAStop has several stations stop a writer that never rests. Each
// looks for itself that nothing is written from then on.
func TestNoWriteBeginsAfterAStop(t *testing.T) {
	const rounds, stoppers = 2000, 3
	w := &busyWriter{quit: make(chan struct{})}
	var writer sync.WaitGroup
	writer.Go(w.run)
	defer writer.Wait()
	defer close(w.quit)
	for range rounds {
		moved := w.moves.Load()
		for w.moves.Load() == moved { // the arm moves
			runtime.Gosched()
		}
		var all sync.WaitGroup
		for range stoppers {
			all.Go(func() {
				if w.lock.request(&stopRequest{}) {
					for w.lock.writing() {
						runtime.Gosched()
					}
				}
				moves := w.moves.Load()
				w.await(3)
				if late := w.moves.Load() - moves; late != 0 {
					t.Errorf("%d writes of motion after a stop", late)
				}
			})
		}
		all.Wait()
		if t.Failed() {
			return
		}
		w.latched.Store(false) // a reset
	}
}

// TestEveryStopIsTakenOnce has stations stop at once while somebody takes the stops.
func TestEveryStopIsTakenOnce(t *testing.T) {
	const stations, each = 8, 500
	var lock interlock
	var stopping sync.WaitGroup
	for s := range stations {
		stopping.Go(func() {
			for i := range each {
				lock.request(&stopRequest{id: uint64(s), received: safety.Instant(i)})
			}
		})
	}
	ended := make(chan struct{})
	go func() { stopping.Wait(); close(ended) }()

	taken := make([]safety.Instant, stations) // how many of each station
	take := func() {
		lock.take(func(r *stopRequest) {
			if r.received != taken[r.id] {
				t.Errorf("station %d: stop %d was taken in the place of %d", r.id, r.received, taken[r.id])
			}
			taken[r.id] = r.received + 1
		})
	}
	for running := true; running; {
		select {
		case <-ended:
			running = false
		default:
		}
		take()
	}
	for s, n := range taken {
		if n != each {
			t.Errorf("station %d: %d of %d stops were taken", s, n, each)
		}
	}
	if lock.waiting() {
		t.Error("a stop is left")
	}
}

// TestStopWaitsForTheWriteUnderWay checks that a stop which comes during a write of motion
// is answered when the write is over, and that a write which does not end does not keep it.
func TestStopWaitsForTheWriteUnderWay(t *testing.T) {
	g := newRig(t, newFakeArm()).guard
	if !g.lock.begin(g.lock.ticket()) {
		t.Fatal("no write can begin")
	}
	began := time.Now()
	g.request(safety.Cause{Kind: safety.CauseStation}, g.clock.now())
	if waited := time.Since(began); waited < writeWait {
		t.Errorf("a stop waited %v for a write that goes on, want %v", waited, writeWait)
	} else if waited > patience {
		t.Errorf("a stop waited %v for a write that is stuck", waited)
	}
	g.lock.end()

	for range 200 {
		g.with(func(safety.Instant, *safety.Gate) {}) // takes the stops before
		if !g.lock.begin(g.lock.ticket()) {
			t.Fatal("no write can begin")
		}
		var over atomic.Bool
		requested := make(chan bool)
		deadline := time.Now().Add(writeWait)
		go func() {
			g.request(safety.Cause{Kind: safety.CauseStation}, g.clock.now())
			requested <- over.Load() || time.Now().After(deadline)
		}()
		for !g.lock.waiting() {
			runtime.Gosched()
		}
		over.Store(true)
		g.lock.end()
		if !<-requested {
			t.Fatal("a stop did not wait for the write under way")
		}
	}
}

// TestRequestMakesTicketsStale checks the three ways in which a stop can overtake the writer.
func TestRequestMakesTicketsStale(t *testing.T) {
	stop := &stopRequest{}
	t.Run("after the ticket", func(t *testing.T) {
		var lock interlock
		ticket := lock.ticket()
		if lock.request(stop) {
			t.Error("request saw a write")
		}
		if lock.begin(ticket) {
			t.Error("a write began after the stop")
		}
		if !lock.begin(lock.ticket()) { // the braking, or the motion after a reset
			t.Error("no write begins with a new ticket")
		}
	})
	t.Run("during the write", func(t *testing.T) {
		var lock interlock
		lock.begin(lock.ticket())
		if !lock.request(&stopRequest{}) || !lock.writing() {
			t.Error("request did not see the write")
		}
		lock.end()
		if lock.writing() {
			t.Error("the write does not end")
		}
	})
	t.Run("by the gate itself", func(t *testing.T) {
		var lock interlock
		ticket := lock.ticket()
		lock.revoke()
		if lock.begin(ticket) {
			t.Error("a write began after the stop")
		}
	})
}
