package daemon

import (
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/safety"
)

// The arm hears of a stop before it hears of anything else, and then only of braking.
func TestStopGoesFirst(t *testing.T) {
	both := safety.Order{Move: true, Target: away.Target, Gripper: safety.GripperClosed}
	tests := []struct {
		name    string
		provoke func(*rig)
		story   string
	}{
		{"at rest", func(r *rig) { r.halt() }, "open stop"},
		{"before an order has begun", func(r *rig) { r.admit(both); r.halt() }, "open stop"},
		{"in motion", func(r *rig) { r.admit(away); pass(500 * time.Millisecond); r.halt() }, "open move stop brake"},
		{"while braking", func(r *rig) {
			r.admit(away)
			pass(500 * time.Millisecond)
			r.halt()
			pass(20 * time.Millisecond)
			r.halt()
		}, "open move stop brake stop brake"},
		{"before the unlocking of a reset", func(r *rig) {
			r.halt()
			synctest.Wait()
			r.guard.with(func(now safety.Instant, gate *safety.Gate) {
				gate.Reset(now, r.station, 1, 0, false)
				gate.Stop(now, safety.Cause{Kind: safety.CauseStation})
			})
		}, "open stop stop"},
		{"by the daemon itself", func(r *rig) {
			r.admit(away)
			pass(500 * time.Millisecond)
			r.guard.Alarm("ALARM:1", false)
		}, "open move stop brake"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeArm()
				r := newRig(t, f)
				r.run()
				tt.provoke(r)
				pass(time.Minute)
				if diff := cmp.Diff(tt.story, story(f.calls())); diff != "" {
					t.Errorf("the arm was told (-want +got):\n%s", diff)
				}
				if s := r.state(); s.State != safety.Stopped || s.StopResult != safety.StopConfirmed || s.HasTarget {
					t.Errorf("a minute later: %+v", s)
				}
			})
		})
	}
}

// A stop that comes between a setpoint's making and its writing takes it back: the arm brakes
// from where it was really sent.
func TestStopOvertakesSetpoint(t *testing.T) {
	for _, nth := range []int{1, 2, 30, 100} {
		synctest.Test(t, func(t *testing.T) {
			f := &bentArm{fakeArm: newFakeArm()}
			r := newRig(t, f)
			made := 0
			f.accepts = func(safety.Setpoint) {
				if made++; made == nth { // the gate's lock is held: only the way without it is open
					r.guard.request(safety.Cause{Kind: safety.CauseStation}, r.clock.now())
				}
			}
			r.run()
			r.admit(away)
			pass(time.Minute)
			want := map[int]string{1: "open stop", 2: "open move stop"}[nth]
			if want == "" {
				want = "open move stop brake"
			}
			if diff := cmp.Diff(want, story(f.calls())); diff != "" {
				t.Errorf("stopped at setpoint %d, the arm was told (-want +got):\n%s", nth, diff)
			}
			checkSmooth(t, f.calls())
		})
	}
}

// checkSmooth checks that from setpoint to setpoint the speed changes by no more than a
// stop's deceleration.
func checkSmooth(t *testing.T, calls []told) {
	t.Helper()
	const most = 2500 * 0.01 * 0.01 // mm a tick more than the tick before
	at, last := safety.Point{X: 200, Y: 0, Z: 150}, 0.0
	for _, c := range calls {
		if c.call != "move" {
			continue
		}
		step := c.setpoint.Position.Sub(at).Norm()
		if step > last+most+1e-6 || step < last-most-1e-6 {
			t.Errorf("at %v the arm was sent %.3f mm, before that %.3f mm", c.at, step, last)
		}
		at, last = c.setpoint.Position, step
	}
}

// What the writer was about to do when a stop came, whoever asked for it, is not done. What
// the gripper holds is not known then.
func TestStopOvertakesStep(t *testing.T) {
	steps := []struct {
		kind  safety.StepKind
		order safety.Order
	}{{safety.StepMove, away}, {safety.StepGrip, gripping}}
	stops := map[string]func(*rig){
		"request": func(r *rig) { r.guard.request(safety.Cause{Kind: safety.CauseStation}, r.clock.now()) },
		"halt":    func(r *rig) { r.halt() },
		"alarm":   func(r *rig) { r.guard.Alarm("ALARM:1", false) },
		"loss":    func(r *rig) { r.guard.Lost(errBoom) },
	}
	for name, stop := range stops {
		for _, tt := range steps {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeArm()
				r := newRig(t, f)
				r.run()
				r.leave() // from here on the test is the writer
				<-r.ended
				r.admit(tt.order)
				step, ticket := r.guard.tick(r.writer.accepts)
				if step.Kind != tt.kind {
					t.Fatalf("the step is %+v", step)
				}
				stop(r)
				if err := r.writer.perform(step, ticket); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff("open stop close", story(f.calls())); diff != "" {
					t.Errorf("%s: the arm was told (-want +got):\n%s", name, diff)
				}
				if s := r.state(); s.Gripper != safety.GripperUnchanged {
					t.Errorf("%s: the gripper counts as %v", name, s.Gripper)
				}
			})
		}
	}
}

// The arm is told of a stop while others hold the gate's lock, and once.
func TestStopGoesAheadOfTheLock(t *testing.T) {
	f := newFakeArm()
	r := newRig(t, f)
	r.writer.work(t.Context()) // the test is the writer
	r.guard.request(safety.Cause{Kind: safety.CauseStation}, r.clock.now())
	r.guard.mu.Lock()
	unlock := sync.OnceFunc(r.guard.mu.Unlock)
	defer unlock()
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		r.writer.work(t.Context())
	}()
	f.until(t, "told to stop", func() bool { return story(f.calls()) == "open stop" })
	unlock()
	<-worked
	if s := r.state(); story(f.calls()) != "open stop" || s.StopResult != safety.StopConfirmed {
		t.Errorf("the arm was told: %s; the stop came to %+v", story(f.calls()), s)
	}
}

func TestResetRearms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeArm()
		r := newRig(t, f)
		r.run()
		r.admit(away)
		pass(500 * time.Millisecond)
		r.halt()
		pass(time.Second)
		r.reset()
		pass(time.Minute)
		if diff := cmp.Diff("open move stop brake rearm", story(f.calls())); diff != "" {
			t.Errorf("the arm was told (-want +got):\n%s", diff)
		}
		r.admit(near)
		pass(time.Minute)
		if diff := cmp.Diff("open move stop brake rearm move", story(f.calls())); diff != "" {
			t.Errorf("with a new order, the arm was told (-want +got):\n%s", diff)
		}
	})
}

// The latency of a stop ends when the driver has taken it. One that came while there was no
// arm has none.
func TestStopLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const slow = 3 * time.Millisecond
		f := newFakeArm()
		f.before = func(c told) error {
			if c.call == "stop" {
				time.Sleep(slow)
			}
			return nil
		}
		r := newRig(t, f)
		r.run()
		check := func(when string, stops uint64) {
			t.Helper()
			h := reading(t, r.metrics.StopLatency).GetHistogram()
			if sum := float64(stops) * slow.Seconds(); h.GetSampleCount() != stops || math.Abs(h.GetSampleSum()-sum) > 1e-9 {
				t.Errorf("%s: %d stops took %v s in all, want %d and %v", when, h.GetSampleCount(), h.GetSampleSum(), stops, sum)
			}
		}
		r.admit(away)
		pass(500 * time.Millisecond)
		r.halt()
		pass(time.Second)
		check("after a stop in motion", 1)
		r.halt()
		pass(time.Second)
		check("after a stop at rest", 2)
		f.reader().Lost(errBoom)
		r.halt()
		pass(time.Minute)
		check("after a stop without a link", 2)
		r.halt()
		pass(time.Second)
		check("after one more", 3)
	})
}

// A setpoint is late by what the one before it took beyond a tick. The grid of the ticks stays,
// so the next one is in time again.
func TestTickLateness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const tick, beyond, slowMove = 10 * time.Millisecond, 3 * time.Millisecond, 5
		f := newFakeArm()
		moves := uint64(0)
		f.before = func(c told) error {
			if c.call != "move" {
				return nil
			}
			if moves++; moves == slowMove {
				time.Sleep(tick + beyond)
			}
			return nil
		}
		r := newRig(t, f)
		r.run()
		r.admit(away)
		pass(500 * time.Millisecond)
		h := reading(t, r.metrics.TickLateness).GetHistogram()
		if moves <= slowMove || h.GetSampleCount() != moves || math.Abs(h.GetSampleSum()-beyond.Seconds()) > 1e-9 {
			t.Errorf("%d setpoints were late by %v s in all, want %d and %v", h.GetSampleCount(), h.GetSampleSum(), moves, beyond.Seconds())
		}
	})
}

// At rest nothing wakes the writer.
func TestWriterSleepsAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks atomic.Int32
		f := &bentArm{fakeArm: newFakeArm()}
		f.service = func() error { looks.Add(1); return nil }
		r := newRig(t, f)
		r.run()
		r.admit(near)
		pass(time.Minute) // at the target, and the lease is over
		looks.Store(0)
		pass(24 * time.Hour)
		if n := looks.Load(); n != 0 {
			t.Errorf("the writer woke up %d times in a day without work", n)
		}
	})
}
