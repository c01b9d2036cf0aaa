package daemon

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// fakeArm is an arm that is at once where it is sent, and records what it was told. It
// reports in Service, which the writer calls after every row of steps, so a test that owns
// the writer sees everything in one order.
type fakeArm struct {
	can    arm.Capabilities
	before func(told) error // nil, or what happens first in every call: it may block, fail or panic

	served atomic.Uint64 // how often Service was called
	news   chan struct{} // something was called

	mu       sync.Mutex
	record   []told
	feedback arm.Feedback // nil: not open
	position safety.Point
	moved    bool           // since the last report
	stopping bool           // a stop is not reported yet
	stands   safety.Instant // when it says that it stands, if no other setpoint comes
	gripping safety.Gripper
}

// told is one call of a driver.
type told struct {
	call     string // open, move, grip, stop, rearm, close
	at       safety.Instant
	setpoint safety.Setpoint
	gripper  safety.Gripper
}

func newFakeArm() *fakeArm {
	return &fakeArm{
		can: arm.Capabilities{
			Driver: "fake", Horizon: 100 * time.Millisecond,
			Measured: true, Gripper: safety.OpeningGripper, Relaxes: true, StopEffect: arm.StopConfirmed,
		},
		news:     make(chan struct{}, 1),
		position: safety.Point{X: 200, Y: 0, Z: 150},
	}
}

// until waits until something is so that a call can bring about. One goroutine at a time
// may wait.
func (f *fakeArm) until(t testing.TB, what string, so func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for !so() {
		select {
		case <-f.news:
		case <-deadline:
			t.Fatalf("the arm is not %s: %s", what, story(f.calls()))
		}
	}
}

func (f *fakeArm) tell() {
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// holdUp lets every call of that name block until release is closed.
func (f *fakeArm) holdUp(call string) (release chan struct{}) {
	release = make(chan struct{})
	f.before = func(c told) error {
		if c.call == call {
			<-release
		}
		return nil
	}
	return release
}

// settles is how long after its last setpoint the arm says that it stands: more than a tick.
const settles = 25 * time.Millisecond

// take records a call, after before.
func (f *fakeArm) take(c told) error {
	if f.before != nil {
		if err := f.before(c); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.record = append(f.record, c)
	f.tell()
	return nil
}

// calls returns what the arm was told so far.
func (f *fakeArm) calls() []told {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]told(nil), f.record...)
}

func (f *fakeArm) Capabilities() arm.Capabilities { return f.can }

func (f *fakeArm) Open(_ context.Context, to arm.Feedback) (arm.Opened, error) {
	if err := f.take(told{call: "open"}); err != nil {
		return arm.Opened{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.feedback = to
	return arm.Opened{Position: f.position, Joints: f.jointsAt(f.position), Firmware: "fake"}, nil
}

// jointsAt returns the joints of the arm at p.
func (f *fakeArm) jointsAt(p safety.Point) (a arm.Angles) {
	all := arm.Angles{p.X / 100, p.Y / 100, p.Z / 100}
	copy(a[:], all[:len(f.can.Joints)])
	return a
}

func (f *fakeArm) Accepts(safety.Instant, safety.Setpoint) float64 { return 1 }

func (f *fakeArm) Move(now safety.Instant, sp safety.Setpoint) error {
	err := f.take(told{call: "move", at: now, setpoint: sp})
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.position, f.moved, f.stands = sp.Position, true, now+settles
	}
	return err
}

func (f *fakeArm) Grip(now safety.Instant, g safety.Gripper) error {
	err := f.take(told{call: "grip", at: now, gripper: g})
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.gripping = g
	}
	return err
}

func (f *fakeArm) Stop(now safety.Instant) error {
	err := f.take(told{call: "stop", at: now})
	if err == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.stopping = true
	}
	return err
}

func (f *fakeArm) Rearm(now safety.Instant) error { return f.take(told{call: "rearm", at: now}) }

func (f *fakeArm) Relax(now safety.Instant) error { return f.take(told{call: "relax", at: now}) }

// Service reports what came of the calls before.
func (f *fakeArm) Service(now safety.Instant) (safety.Instant, error) {
	defer f.tell()
	f.served.Add(1)
	f.mu.Lock()
	if f.stopping && now < f.stands {
		defer f.mu.Unlock()
		return f.stands, nil
	}
	to, position, moved, stopping, gripping := f.feedback, f.position, f.moved, f.stopping, f.gripping
	f.moved, f.stopping, f.gripping = false, false, safety.GripperUnchanged
	f.mu.Unlock()
	if moved || stopping {
		to.Measured(arm.Measurement{Position: position, Joints: f.jointsAt(position), AtRest: true})
	}
	if gripping != safety.GripperUnchanged {
		to.Gripped(gripping)
	}
	if stopping {
		to.Stopped(arm.StopConfirmed)
	}
	return arm.Never, nil
}

func (f *fakeArm) Close() error {
	err := f.take(told{call: "close"})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.feedback = nil
	return err
}
