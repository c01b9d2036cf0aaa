package daemon

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/metrics"
	"github.com/aether-arm/aetherd/safety"
)

// guard is the gate and the one lock around it. The lock is held for arithmetic only.
type guard struct {
	clock   clock
	metrics *metrics.Set
	lock    interlock
	herald  *herald

	mu     sync.Mutex
	gate   *safety.Gate
	due    safety.Instant // when the writer will look at the gate next
	joints arm.Angles     // of the position that the gate was told last
	lost   bool           // the link that is being opened is gone already
	stopID uint64         // the gate's latest stop when the lock was last released
	epoch  uint64         // and its latest lease: neither an older one nor a stop lets a setpoint through

	wake     chan struct{} // to the writer: something is due earlier than it thinks
	linked   atomic.Bool   // the gate believes in a link; changes with the lock held
	stuck    atomic.Bool   // a write has overrun its deadline: what it still does cannot be waited for
	answered atomic.Bool   // the arm has no stop left to answer
	untold   atomic.Int64  // when the oldest stop that the arm has not been told was received; 0: none
}

func newGuard(c clock, m *metrics.Set, h *herald, gate *safety.Gate) *guard {
	return &guard{clock: c, metrics: m, herald: h, gate: gate, wake: make(chan struct{}, 1)}
}

// with runs f with the gate locked, after every stop that waits. What f made happen goes
// to the herald; the writer wakes if something became due.
func (g *guard) with(f func(now safety.Instant, gate *safety.Gate)) {
	g.quietly(f)
	g.herald.nudge()
}

// quietly is with, for a caller that nudges the herald when it has done what comes first.
func (g *guard) quietly(f func(now safety.Instant, gate *safety.Gate)) {
	g.enter()
	defer g.leave()
	now := g.clock.now()
	g.applyStops(now)
	f(now, g.gate)
}

// spins bounds how often enter tries, to some microseconds: longer than the lock is held while
// its holder has a processor, and about what it costs to sleep and to be woken.
const spins = 500

// enter begins a locked section. sync.Mutex would rather sleep than spin, if the caller has just
// woken the writer, as a stop has; then the reply waits for two more threads.
func (g *guard) enter() {
	for range spins {
		if g.mu.TryLock() {
			return
		}
	}
	g.mu.Lock()
}

// leave ends a locked section.
func (g *guard) leave() {
	if events := g.gate.Events(); len(events) > 0 {
		g.herald.post(events)
	}
	if id, epoch := g.gate.StopID(), g.gate.Epoch(); id != g.stopID || epoch != g.epoch {
		g.stopID, g.epoch = id, epoch
		g.lock.revoke()
	}
	next := g.gate.Next()
	early := next < g.due
	if early {
		g.due = next
	}
	g.mu.Unlock()
	if early {
		g.wakeWriter()
	}
}

func (g *guard) wakeWriter() {
	select {
	case g.wake <- struct{}{}:
	default: // it has been woken and has not looked yet
	}
}

// applyStops lets the gate see the stops that wait. The lock is held.
func (g *guard) applyStops(now safety.Instant) {
	if !g.lock.waiting() {
		return
	}
	g.lock.take(func(r *stopRequest) { r.id = g.gate.Stop(now, r.cause) })
}

// request makes a stop take effect before any lock: from here on nothing is admitted and
// no write of motion begins. confirm must follow.
func (g *guard) request(cause safety.Cause, received safety.Instant) *stopRequest {
	r := &stopRequest{cause: cause, received: received}
	g.untold.CompareAndSwap(0, int64(received))
	writing := g.lock.request(r)
	g.wakeWriter()
	if writing {
		g.awaitWrite(received + writeWait)
	}
	return r
}

// writeWait bounds how long a stop's reply waits for a write of motion that had begun. An
// ordinary write takes microseconds, and milliseconds if the scheduler takes the writer
// away in the middle; one that takes this long, the default write deadline, is stuck, and
// its link is lost. The wait counts from when the line was received, so that many stops in
// one read wait once.
const writeWait = 50 * time.Millisecond

// awaitWrite waits until the write of motion that was under way is over, so that no byte
// of motion follows the stop's reply.
func (g *guard) awaitWrite(deadline safety.Instant) {
	for g.lock.writing() && !g.stuck.Load() && g.clock.now() < deadline {
		runtime.Gosched()
	}
}

// stop latches a stop and returns its number.
func (g *guard) stop(cause safety.Cause, received safety.Instant) uint64 {
	r := g.request(cause, received)
	g.with(func(safety.Instant, *safety.Gate) {})
	return r.id
}

// halt is a stop that the daemon itself asks for.
func (g *guard) halt(kind safety.CauseKind, by string) uint64 {
	return g.stop(safety.Cause{Kind: kind, By: by}, g.clock.now())
}

// tick returns what the writer is to do now, with the ticket that a write of motion needs.
func (g *guard) tick(accepts func(safety.Setpoint) float64) (step safety.Step, ticket uint64) {
	ticket = g.lock.ticket() // before the waiting stops are looked at
	g.with(func(now safety.Instant, gate *safety.Gate) { step = gate.Tick(now, accepts) })
	return step, ticket
}

// withdraw takes back a step that a stop has overtaken.
func (g *guard) withdraw(step safety.Step) {
	g.with(func(_ safety.Instant, gate *safety.Gate) { gate.Withdraw(step) })
}

// sleepUntil tells when the writer will look again, and returns an earlier moment if the
// gate has something due before.
func (g *guard) sleepUntil(then safety.Instant) safety.Instant {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.due = min(then, g.gate.Next())
	return g.due
}

// opening tells that the writer begins to open the link.
func (g *guard) opening() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lost = false
}

// linkUp tells the gate that the arm answers, unless the driver has lost it meanwhile.
func (g *guard) linkUp(o arm.Opened) (up bool) {
	g.with(func(now safety.Instant, gate *safety.Gate) {
		if g.lost {
			return
		}
		up, g.joints = true, o.Joints
		g.linked.Store(true)
		gate.LinkUp(o.Position, o.MaxSpeed)
		if o.Alarm != "" {
			gate.Alarm(now, o.Alarm, true)
		}
	})
	if up {
		g.stuck.Store(false)
		g.untold.Store(0)
	}
	return up
}

// unreachable tells the gate that the arm could not be opened at start.
func (g *guard) unreachable(err error) {
	g.with(func(now safety.Instant, gate *safety.Gate) {
		gate.LinkDown(now, safety.Cause{Kind: safety.CauseLinkLost, By: err.Error()})
	})
}

// linkDown tells the gate that the arm cannot be reached, once until it can be again.
func (g *guard) linkDown(kind safety.CauseKind, by string) {
	g.with(func(now safety.Instant, gate *safety.Gate) {
		g.lost = true
		if g.linked.Swap(false) {
			gate.LinkDown(now, safety.Cause{Kind: kind, By: by})
		}
	})
}

// told notes that the arm has taken the stop: the end of the stop's latency.
func (g *guard) told() {
	if since := g.untold.Swap(0); since != 0 {
		g.metrics.StopLatency.Observe(time.Duration(g.clock.now() - safety.Instant(since)).Seconds())
	}
}

// Measured, Gripped, Stopped, Alarm, Unlocked, Lost and Wake make the guard the
// arm.Feedback of the driver.

func (g *guard) Measured(m arm.Measurement) {
	g.with(func(now safety.Instant, gate *safety.Gate) {
		if m.Position.Finite() { // the gate passes over what is not
			g.joints = m.Joints
		}
		gate.Measured(now, m.Position, m.AtRest)
	})
}

func (g *guard) Gripped(done safety.Gripper) {
	g.with(func(_ safety.Instant, gate *safety.Gate) { gate.Gripped(done) })
}

func (g *guard) Stopped(r safety.StopResult) {
	g.answered.Store(true)
	g.with(func(_ safety.Instant, gate *safety.Gate) { gate.StopDone(r) })
}

func (g *guard) Alarm(text string, locked bool) {
	g.with(func(now safety.Instant, gate *safety.Gate) { gate.Alarm(now, text, locked) })
}

func (g *guard) Unlocked() {
	g.with(func(_ safety.Instant, gate *safety.Gate) { gate.Unlocked() })
}

func (g *guard) Lost(err error) {
	g.linkDown(safety.CauseLinkLost, err.Error())
	g.wakeWriter()
}

func (g *guard) Wake() { g.wakeWriter() }

// snapshot describes the gate to s, which may be nil.
func (g *guard) snapshot(s *safety.Session) (snap safety.Snapshot) {
	g.with(func(_ safety.Instant, gate *safety.Gate) { snap = gate.Snapshot(s) })
	return snap
}

// standstillStep is how often standstill looks.
const standstillStep = 2 * time.Millisecond

// standstill waits until the arm has answered the last stop, or ctx ends.
func (g *guard) standstill(ctx context.Context) {
	for ctx.Err() == nil && g.moves() {
		select {
		case <-ctx.Done():
		case <-time.After(standstillStep):
		}
	}
}

// moves reports whether the arm can be told to stand and does not yet.
func (g *guard) moves() (moves bool) {
	g.with(func(_ safety.Instant, gate *safety.Gate) { moves = g.linked.Load() && !gate.AtRest() })
	return moves
}
