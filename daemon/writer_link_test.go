package daemon

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

var errBoom = errors.New("boom")

// shortest is the default wait before a lost link is opened again.
const shortest = 250 * time.Millisecond

func TestOpeningBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeArm()
		r := newRig(t, f)
		began := r.clock.now()
		var attempts []time.Duration
		f.before = func(c told) error {
			if c.call == "open" {
				attempts = append(attempts, (r.clock.now() - began).Round(time.Millisecond))
				if len(attempts) < 8 {
					return errBoom
				}
			}
			return nil
		}
		r.run()
		pass(time.Minute)
		const s, ms = time.Second, time.Millisecond
		want := []time.Duration{0, 250 * ms, 750 * ms, 1750 * ms, 3750 * ms, 7750 * ms, 12750 * ms, 17750 * ms}
		if diff := cmp.Diff(want, attempts); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
		if s := r.state(); !s.LinkUp || s.State != safety.Stopped || s.StopID != 1 {
			t.Errorf("after all attempts: %+v", s)
		}
		r.reset()
		pass(s)

		// An arm that answered begins anew with the shortest wait.
		attempts = nil
		lost := r.clock.now()
		f.reader().Lost(errBoom)
		pass(time.Minute)
		if len(attempts) != 8 || attempts[0] != (lost-began+shortest).Round(ms) {
			t.Errorf("lost at %v, attempts at %v", lost-began, attempts)
		}
		if id := r.state().StopID; id != 2 {
			t.Errorf("the stop after one more loss has the number %d, want 2", id)
		}
	})
}

// The link of an arm that moves when it is opened does not come back by itself: motion never
// does. At start somebody has asked for it.
func TestArmThatMovesIsNotOpenedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeArm()
		f.can.MovesOnOpen = true
		attempts := 0
		f.before = func(c told) error {
			if c.call == "open" {
				if attempts++; attempts < 3 {
					return errBoom
				}
			}
			return nil
		}
		r := newRig(t, f)
		r.run()
		pass(time.Minute)
		r.reset()
		r.admit(away)
		f.reader().Lost(errBoom)
		pass(time.Hour)
		if s := r.state(); s.LinkUp || s.State != safety.Stopped || s.Holder != "" {
			t.Errorf("an hour after the loss: %+v", s)
		}
		if attempts != 3 {
			t.Errorf("it was opened %d times, want 3", attempts)
		}
	})
}

// Of a service it is not opened at the start either: that may be one after a crash. Who asks has it
// opened once.
func TestArmThatMovesIsOpenedWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeArm()
		f.can.MovesOnOpen = true
		attempts, answers := 0, false
		f.before = func(c told) error {
			if c.call == "open" {
				if attempts++; !answers {
					return errBoom
				}
			}
			return nil
		}
		r := newRig(t, f)
		r.writer.unattended = true
		r.start()
		r.writer.untilTried(t.Context()) // at once
		want := func(what string, opened int, up bool) {
			t.Helper()
			pass(time.Hour)
			if s := r.state(); attempts != opened || s.LinkUp != up || s.State != safety.Stopped {
				t.Errorf("%s: opened %d times, want %d; %+v", what, attempts, opened, s)
			}
		}
		want("an hour after the start", 0, false)
		r.writer.openNow()
		want("asked, and it does not answer", 1, false)
		answers = true
		r.writer.openNow()
		want("asked", 2, true)
		r.writer.openNow() // for nothing
		f.reader().Lost(errBoom)
		want("lost", 2, false)
		r.writer.openNow()
		want("asked again", 3, true)
	})
}

// Whatever call of the driver fails: the arm is stopped and the link opened anew, and nothing
// of what was ordered before comes after it.
func TestErrorFromDriver(t *testing.T) {
	tests := []struct {
		call    string
		provoke func(*rig, *bentArm)
		causes  []string
		story   string
	}{
		{"move", func(r *rig, _ *bentArm) { r.admit(away) },
			[]string{"write_failed"}, "open close open"},
		{"grip", func(r *rig, _ *bentArm) { r.admit(gripping) },
			[]string{"write_failed"}, "open close open"},
		{"stop", func(r *rig, _ *bentArm) { r.admit(away); r.halt() },
			[]string{"station", "write_failed"}, "open close open"},
		{"rearm", func(r *rig, _ *bentArm) { r.halt(); synctest.Wait(); r.reset() },
			[]string{"write_failed"}, "open stop close open"},
		{"service", func(r *rig, f *bentArm) { r.admit(away); f.reader().Wake() },
			[]string{"link_lost"}, "open move close open"},
	}
	for _, tt := range tests {
		t.Run(tt.call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var broken atomic.Bool
				fail := func(call string) error {
					if broken.Load() && call == tt.call {
						return errBoom
					}
					return nil
				}
				f := &bentArm{fakeArm: newFakeArm()}
				f.before = func(c told) error { return fail(c.call) }
				r := newRig(t, f)
				f.service = func() error { return fail("service") }
				r.run()
				broken.Store(true)
				tt.provoke(r, f)
				pass(shortest - time.Millisecond)
				s := r.state()
				if s.LinkUp || s.State != safety.Stopped || s.HasTarget {
					t.Errorf("after the error: %+v", s)
				}
				if diff := cmp.Diff(tt.causes, r.causes()); diff != "" {
					t.Errorf("causes (-want +got):\n%s", diff)
				}
				if last := s.Causes[len(s.Causes)-1]; last.By != errBoom.Error() {
					t.Errorf("the cause does not say what failed: %+v", last)
				}
				broken.Store(false)
				pass(time.Minute)
				if s := r.state(); !s.LinkUp || s.State != safety.Stopped {
					t.Errorf("a minute later: %+v", s)
				}
				if diff := cmp.Diff(tt.story, story(f.calls())); diff != "" {
					t.Errorf("the arm was told (-want +got):\n%s", diff)
				}
				r.reset()
				pass(time.Minute)
				if diff := cmp.Diff(tt.story+" rearm", story(f.calls())); diff != "" {
					t.Errorf("with the reset, the arm was told (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestLostLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeArm()
		r := newRig(t, f)
		r.run()
		r.admit(away)
		pass(500 * time.Millisecond)
		f.reader().Lost(errBoom)
		f.reader().Lost(errBoom) // a reader and a writer may both notice
		synctest.Wait()
		want := []safety.Cause{{Kind: safety.CauseLinkLost, By: "boom"}}
		if diff := cmp.Diff(want, r.state().Causes); diff != "" {
			t.Errorf("causes (-want +got):\n%s", diff)
		}
		pass(time.Minute)
		if diff := cmp.Diff("open move close open", story(f.calls())); diff != "" {
			t.Errorf("the arm was told (-want +got):\n%s", diff)
		}
		if s := r.state(); !s.LinkUp || s.StopID != 1 || s.State != safety.Stopped {
			t.Errorf("after it is back: %+v", s)
		}
		if n := count(t, r.metrics.Reconnects); n != 1 {
			t.Errorf("%v reconnects counted, want 1", n)
		}
	})
}

func TestLinkLostWhileOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &bentArm{fakeArm: newFakeArm()}
		r := newRig(t, f)
		var attempts atomic.Int32
		f.opened = func(to arm.Feedback) {
			if attempts.Add(1) < 3 {
				to.Lost(errBoom)
			}
		}
		r.run()
		pass(shortest) // the second attempt is over as well
		if s := r.state(); attempts.Load() != 2 || s.LinkUp || s.State != safety.Stopped {
			t.Errorf("after %d attempts: %+v", attempts.Load(), s)
		}
		pass(time.Minute)
		if diff := cmp.Diff("open close open close open", story(f.calls())); diff != "" {
			t.Errorf("the arm was told (-want +got):\n%s", diff)
		}
		if s := r.state(); !s.LinkUp || s.StopID != 1 {
			t.Errorf("after the third attempt: %+v", s)
		}
	})
}

// A controller that is locked when it is opened is a stop, and a driver that can unlock it
// does so with the reset.
func TestAlarmAtOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeArm()
		f.can.Unlocks = true
		r := newRig(t, alarmedArm{f})
		r.run()
		if diff := cmp.Diff([]string{"arm_alarm"}, r.causes()); diff != "" {
			t.Errorf("causes (-want +got):\n%s", diff)
		}
		pass(time.Second)
		r.reset()
		synctest.Wait()
		if diff := cmp.Diff("open stop rearm", story(f.calls())); diff != "" {
			t.Errorf("the arm was told (-want +got):\n%s", diff)
		}
	})
}

// alarmedArm is an arm whose controller is locked.
type alarmedArm struct{ *fakeArm }

func (a alarmedArm) Open(ctx context.Context, to arm.Feedback) (arm.Opened, error) {
	o, err := a.fakeArm.Open(ctx, to)
	o.Alarm = "ALARM:1"
	return o, err
}

// Control ends in time without an arm as well.
func TestLeaseEndsWithoutArm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeArm()
		f.before = func(told) error { return errBoom }
		r := newRig(t, f)
		r.run()
		pass(time.Second)
		r.guard.with(func(now safety.Instant, gate *safety.Gate) {
			if v := gate.Take(now, r.station, 0, false); !v.OK() {
				t.Errorf("take: %v", v.Reason)
			}
		})
		r.herald.take()
		pass(5*time.Second - 1)
		if events := r.herald.take(); len(events) > 0 {
			t.Errorf("before the lease is over: %+v", events)
		}
		pass(1)
		events := r.herald.take()
		if len(events) != 1 || events[0].Cause.Kind != safety.CauseLeaseEnded {
			t.Errorf("when the lease is over: %+v", events)
		}
	})
}

// A link that is lost is closed, and told nothing more. A stop that comes then has no latency: no
// arm was told of it.
func TestStopBehindLostLink(t *testing.T) {
	f := newFakeArm()
	r := newRig(t, f)
	r.writer.work(t.Context()) // the test is the writer
	f.reader().Lost(errBoom)
	r.guard.request(safety.Cause{Kind: safety.CauseStation}, r.clock.now())
	r.writer.work(t.Context())
	if diff := cmp.Diff("open close", story(f.calls())); diff != "" {
		t.Errorf("the arm was told (-want +got):\n%s", diff)
	}
	if n := reading(t, r.metrics.StopLatency).GetHistogram().GetSampleCount(); n != 0 {
		t.Errorf("the latency of %d stops was counted", n)
	}
}
