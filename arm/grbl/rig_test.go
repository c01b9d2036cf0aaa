package grbl

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

const testTick = 10 * time.Millisecond

var errUnplugged = errors.New("unplugged")

func testConfig() Config {
	return Config{Horizon: 150 * time.Millisecond, Tick: testTick, Speed: 250, Unlock: true}
}

// recorder is a Feedback that keeps what it hears, as text.
type recorder struct {
	woken chan struct{}

	mu       sync.Mutex
	heard    []string
	position safety.Point
	atRest   bool
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
	r.heard = append(r.heard, fmt.Sprintf("measured %v %v %v %s", p.X, p.Y, p.Z, word))
}

func (r *recorder) Gripped(g safety.Gripper)       { r.hear("gripped %v", g) }
func (r *recorder) Stopped(s arm.StopResult)       { r.hear("stopped %v", s) }
func (r *recorder) Alarm(text string, locked bool) { r.hear("alarm %q locked=%v", text, locked) }
func (r *recorder) Unlocked()                      { r.hear("unlocked") }
func (r *recorder) Lost(err error)                 { r.hear("lost %v", err) }

func (r *recorder) Wake() {
	r.hear("wake")
	select {
	case r.woken <- struct{}{}:
	default:
	}
}

func (r *recorder) resting() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.atRest
}

// writer drives a driver the way the daemon's writer does: on one goroutine, setpoints on
// the ticks, Service when it is due or the driver asks for it. Its setpoints obey
// acceleration as the gate's do.
type writer struct {
	t      *testing.T
	driver *Grbl
	said   *recorder
	start  time.Time
	due    safety.Instant // Service

	position, velocity safety.Point
	refused            int // setpoints in a row
	slowest            int // the longest such row
}

func newWriter(t *testing.T, cfg Config, open arm.Opener) (*writer, arm.Opened) {
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

// until serves the driver until a moment.
func (w *writer) until(end safety.Instant) {
	w.t.Helper()
	for {
		if w.now() >= w.due {
			next, err := w.driver.Service(w.now())
			if err != nil {
				w.t.Fatalf("%v: %v", w.now(), err)
			}
			w.due = next
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

// tick goes one tick towards a velocity in mm/s, if the driver takes it.
func (w *writer) tick(velocity safety.Point) {
	w.t.Helper()
	w.until(w.now().Truncate(testTick) + testTick)
	const accel = 1000
	change := velocity.Sub(w.velocity)
	if most := accel * testTick.Seconds(); change.Norm() > most {
		change = change.Scale(most / change.Norm())
	}
	v := w.velocity.Add(change)
	sp := safety.Setpoint{Position: w.position.Add(v.Scale(testTick.Seconds())), Speed: v.Norm()}
	if w.driver.Accepts(w.now(), sp) == 0 {
		w.refused++
		w.slowest = max(w.slowest, w.refused)
		return
	}
	if err := w.driver.Move(w.now(), sp); err != nil {
		w.t.Fatal(err)
	}
	w.position, w.velocity, w.refused = sp.Position, v, 0
}

// settle serves the driver until the arm says that it rests, and tells how long that took.
func (w *writer) settle() safety.Instant {
	w.t.Helper()
	began := w.now()
	for w.until(w.now() + testTick); !w.said.resting(); w.until(w.now() + testTick) {
		if w.now()-began > 5*time.Second {
			w.t.Fatal("the arm does not come to rest")
		}
	}
	w.velocity = safety.Point{}
	return w.now() - began
}
