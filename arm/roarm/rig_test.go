package roarm

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

const testTick = 20 * time.Millisecond

func testConfig() Config {
	return Config{Horizon: 250 * time.Millisecond, Tick: testTick, Speed: 250}
}

// recorder is a Feedback that keeps what it hears, as text.
type recorder struct {
	woken chan struct{}

	mu       sync.Mutex
	heard    []string
	position safety.Point
	atRest   bool
	alarmed  bool // since the last rearm
}

func newRecorder() *recorder { return &recorder{woken: make(chan struct{}, 1)} }

func (r *recorder) hear(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.heard = append(r.heard, fmt.Sprintf(format, args...))
}

func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	heard := r.heard
	r.heard = nil
	return heard
}

func (r *recorder) Measured(m arm.Measurement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.position, r.atRest = m.Position, m.AtRest
	p, word := m.Position, "moves"
	if m.AtRest {
		word = "rests"
	}
	r.heard = append(r.heard, fmt.Sprintf("measured %.2f %.2f %.2f %s", p.X, p.Y, p.Z, word))
}

func (r *recorder) Gripped(g safety.Gripper) { r.hear("gripped %v", g) }
func (r *recorder) Stopped(s arm.StopResult) { r.hear("stopped %v", s) }
func (r *recorder) Unlocked()                { r.hear("unlocked") }
func (r *recorder) Lost(err error)           { r.hear("lost %v", err) }

func (r *recorder) Alarm(text string, locked bool) {
	r.hear("alarm %q locked=%v", text, locked)
	r.setAlarmed(true)
}

func (r *recorder) setAlarmed(yes bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.alarmed = yes
}

func (r *recorder) isAlarmed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.alarmed
}

func (r *recorder) Wake() {
	select {
	case r.woken <- struct{}{}:
	default:
	}
}

func (r *recorder) where() (p safety.Point, atRest bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.position, r.atRest
}

// writer drives a driver the way the daemon's writer does: on one goroutine, setpoints on
// the ticks, shortened where the driver says so, Service when it is due or asked for. Its
// setpoints obey acceleration as the gate's do.
type writer struct {
	t      testing.TB
	driver *RoArm
	said   *recorder
	start  time.Time
	due    safety.Instant // Service
	failed error

	position, velocity safety.Point
	braking            bool
}

// newWriter opens an arm and makes it ready to move.
func newWriter(t testing.TB, cfg Config, open arm.Opener) (*writer, arm.Opened) {
	t.Helper()
	w, opened := openWriter(t, cfg, open)
	w.rearm()
	return w, opened
}

// openWriter opens an arm, which may be limp as far as the driver knows.
func openWriter(t testing.TB, cfg Config, open arm.Opener) (*writer, arm.Opened) {
	t.Helper()
	w := &writer{t: t, driver: New(cfg, open), said: newRecorder(), start: time.Now()}
	opened, err := w.driver.Open(context.Background(), w.said)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.driver.Close() })
	w.position = opened.Position
	return w, opened
}

func (w *writer) now() safety.Instant { return time.Since(w.start) }

// until serves the driver until a moment, or until it fails.
func (w *writer) until(end safety.Instant) {
	w.t.Helper()
	for w.failed == nil {
		if w.now() >= w.due {
			if w.due, w.failed = w.driver.Service(w.now()); w.failed != nil {
				return
			}
		}
		wait := min(w.due, end) - w.now()
		if wait <= 0 && w.now() >= end {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-w.said.woken:
			w.due = 0
		}
		timer.Stop()
	}
}

// tick goes one tick towards a velocity in mm/s, as far as the driver takes it. After an alarm
// it only brakes, as the gate does.
func (w *writer) tick(velocity safety.Point) {
	w.t.Helper()
	w.until(w.now().Truncate(testTick) + testTick)
	if w.said.isAlarmed() && !w.braking {
		return
	}
	accel := 1000.0
	if w.braking {
		accel = 2500
	}
	change := velocity.Sub(w.velocity)
	if most := accel * testTick.Seconds(); change.Norm() > most {
		change = change.Scale(most / change.Norm())
	}
	v := w.velocity.Add(change)
	sp := safety.Setpoint{
		From: w.position, Position: w.position.Add(v.Scale(testTick.Seconds())), Speed: v.Norm(), Braking: w.braking,
	}
	if sp.Position == sp.From {
		w.velocity = v
		return
	}
	part := w.driver.Accepts(w.now(), sp)
	w.due = 0
	if part <= 0 {
		return
	}
	sp.Position, v = between(sp, part), v.Scale(part)
	if w.failed = w.driver.Move(w.now(), sp); w.failed == nil {
		w.position, w.velocity = sp.Position, v
	}
}

// rearm makes the arm ready to move, and begins where it then stands, as the gate does.
func (w *writer) rearm() {
	w.t.Helper()
	w.said.setAlarmed(false)
	if err := w.driver.Rearm(w.now()); err != nil {
		w.t.Fatal(err)
	}
	w.due = 0
	w.until(w.now() + 200*time.Millisecond)
	w.begin()
}

// begin begins where the arm stands, as the gate does with an order.
func (w *writer) begin() {
	w.t.Helper()
	w.settle()
	w.position, _ = w.said.where()
	w.velocity = safety.Point{}
}

// brake stops, as the gate does: with setpoints that come to a stand.
func (w *writer) brake() {
	w.t.Helper()
	if err := w.driver.Stop(w.now()); err != nil {
		w.t.Fatal(err)
	}
	w.due = 0
	w.braking = true
	for w.velocity != (safety.Point{}) {
		w.tick(safety.Point{})
	}
	w.braking = false
}

// settle serves the driver until the arm stands, for 5 s at most.
func (w *writer) settle() {
	w.t.Helper()
	for end := w.now() + 5*time.Second; w.failed == nil && w.now() < end; {
		w.until(w.now() + testTick)
		if _, atRest := w.said.where(); atRest {
			return
		}
	}
	w.t.Error("the arm does not come to a stand")
}
