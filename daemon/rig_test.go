package daemon

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/metrics"
	"github.com/aether-arm/aetherd/safety"
)

// rig is a writer and the guard before it, around a driver and without sockets. Within
// synctest it works with exact moments.
type rig struct {
	t       testing.TB
	clock   clock
	metrics *metrics.Set
	herald  *herald // not running
	guard   *guard
	writer  *writer
	station *safety.Session // an operator
	failed  chan error
	leave   context.CancelFunc
	ended   chan struct{} // closed when the writer has ended
}

func newRig(t testing.TB, d arm.Driver, edits ...func(*config.Config)) *rig {
	t.Helper()
	c := loopback(edits)
	// Not at zero: no daemon is that young when it does anything.
	r := &rig{t: t, clock: clock{time.Now().Add(-time.Second)}, failed: make(chan error, 1), ended: make(chan struct{})}
	r.metrics = newSet()
	r.herald = newHerald(r.clock, zerolog.Nop(), r.metrics, newStations())
	gate, err := safety.New(r.clock.now(), c.Gate(d.Capabilities()))
	if err != nil {
		t.Fatal(err)
	}
	r.guard = newGuard(r.clock, r.metrics, r.herald, gate)
	r.guard.with(func(now safety.Instant, gate *safety.Gate) {
		r.station = gate.Connect(now, "laptop", safety.Operator)
	})
	r.writer = newWriter(r.guard, d, zerolog.Nop(), c.Arm, r.failed)
	return r
}

func newSet() *metrics.Set {
	return metrics.New(prometheus.NewRegistry(), metrics.Options{
		DecodeCodes: codec.Codes(),
		Status:      func() metrics.GateStatus { return metrics.GateStatus{} },
	})
}

// run lets the writer work until the test is over, and waits until it has nothing to do.
func (r *rig) run() {
	r.start()
	synctest.Wait()
}

// start lets the writer work until the test is over, or leave was called.
func (r *rig) start() {
	var ctx context.Context
	ctx, r.leave = context.WithCancel(context.Background())
	go func() {
		defer close(r.ended)
		r.writer.run(ctx)
	}()
	r.t.Cleanup(func() {
		r.leave()
		<-r.ended
	})
}

// pass lets d of the bubble's time pass, and then waits until nobody has anything to do.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// admit orders o on behalf of the station.
func (r *rig) admit(o safety.Order) {
	r.t.Helper()
	var v safety.Verdict
	r.guard.with(func(now safety.Instant, gate *safety.Gate) { v = gate.Admit(now, r.station, o) })
	if !v.OK() {
		r.t.Fatalf("the order %+v: %v", o, v.Reason)
	}
}

// halt stops on behalf of another station, and returns the stop's number.
func (r *rig) halt() uint64 {
	return r.guard.halt(safety.CauseStation, "pendant")
}

// reset ends the latest stop.
func (r *rig) reset() {
	r.t.Helper()
	var v safety.Verdict
	r.guard.with(func(now safety.Instant, gate *safety.Gate) {
		v = gate.Reset(now, r.station, gate.StopID(), 0, false)
	})
	if !v.OK() {
		r.t.Fatalf("the reset: %v", v.Reason)
	}
}

func (r *rig) state() safety.Snapshot { return r.guard.snapshot(r.station) }

// causes returns the causes of the present stop, the first one first.
func (r *rig) causes() (kinds []string) {
	for _, c := range r.state().Causes {
		kinds = append(kinds, c.Kind.String())
	}
	return kinds
}

var (
	away     = safety.Order{Move: true, Target: safety.Point{X: -200, Y: 0, Z: 150}} // two seconds of motion
	near     = safety.Order{Move: true, Target: safety.Point{X: 201, Y: 0, Z: 150}}
	gripping = safety.Order{Gripper: safety.GripperClosed}
)

// story names what an arm was told, a row of moves as one.
func story(calls []told) string {
	var words []string
	for _, c := range calls {
		word := c.call
		switch {
		case c.setpoint.Braking:
			word = "brake"
		case c.call == "grip":
			word = c.gripper.String()
		}
		words = append(words, word)
	}
	return strings.Join(slices.CompactFunc(words, func(a, b string) bool {
		return a == b && (a == "move" || a == "brake")
	}), " ")
}

// count returns the value of a counter or a gauge.
func count(t testing.TB, m prometheus.Metric) float64 {
	v := reading(t, m)
	return v.GetCounter().GetValue() + v.GetGauge().GetValue()
}

func reading(t testing.TB, m prometheus.Metric) *dto.Metric {
	t.Helper()
	var v dto.Metric
	if err := m.Write(&v); err != nil {
		t.Fatal(err)
	}
	return &v
}

// bentArm is a fake arm of which some calls do something else first.
type bentArm struct {
	*fakeArm
	opened  func(arm.Feedback) // at the end of an Open
	accepts func(safety.Setpoint)
	service func() error
}

func (b *bentArm) Open(ctx context.Context, to arm.Feedback) (arm.Opened, error) {
	o, err := b.fakeArm.Open(ctx, to)
	if err == nil && b.opened != nil {
		b.opened(to)
	}
	return o, err
}

func (b *bentArm) Accepts(now safety.Instant, sp safety.Setpoint) float64 {
	if b.accepts != nil {
		b.accepts(sp)
	}
	return b.fakeArm.Accepts(now, sp)
}

func (b *bentArm) Service(now safety.Instant) (safety.Instant, error) {
	if b.service != nil {
		if err := b.service(); err != nil {
			return arm.Never, err
		}
	}
	return b.fakeArm.Service(now)
}

// take takes the events that wait to be told.
func (h *herald) take() []safety.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	events := h.queue
	h.queue = nil
	return events
}

// reader returns where the arm's own reader would report to.
func (f *fakeArm) reader() arm.Feedback {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.feedback
}
