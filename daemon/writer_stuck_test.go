package daemon

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/safety"
)

// deadline is the default time that a call of the driver may take.
const deadline = 50 * time.Millisecond

// A call that blocks cannot be ended. The arm is stopped while it blocks, and nobody touches
// the port before it has returned, however late and with whatever result.
func TestStuckWrite(t *testing.T) {
	tests := []struct {
		call    string
		result  error // that the call returns in the end
		provoke func(*rig)
		causes  []string
		story   string
	}{
		{"move", nil, func(r *rig) { r.admit(away) }, []string{"write_stuck"}, "open move close open"},
		{"move", errBoom, func(r *rig) { r.admit(away) }, []string{"write_stuck"}, "open close open"},
		{"grip", nil, func(r *rig) { r.admit(gripping) }, []string{"write_stuck"}, "open closed close open"},
		{"stop", nil, func(r *rig) { r.halt() }, []string{"station", "write_stuck"}, "open stop close open"},
	}
	for _, tt := range tests {
		t.Run(tt.call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				f := newFakeArm()
				f.before = func(c told) error {
					if c.call == tt.call {
						<-release
						return tt.result
					}
					return nil
				}
				r := newRig(t, f)
				r.run()
				tt.provoke(r)
				pass(deadline - 1)
				if n := count(t, r.metrics.StuckWrites); n != 0 {
					t.Errorf("%v stuck writes counted within the deadline", n)
				}
				pass(1)
				for range 2 { // at the deadline, and long after it
					if s := r.state(); s.LinkUp || s.State != safety.Stopped {
						t.Errorf("while the call blocks: %+v", s)
					}
					if diff := cmp.Diff(tt.causes, r.causes()); diff != "" {
						t.Errorf("causes (-want +got):\n%s", diff)
					}
					if diff := cmp.Diff("open", story(f.calls())); diff != "" {
						t.Errorf("while the call blocks, the arm was told (-want +got):\n%s", diff)
					}
					pass(time.Hour)
				}
				close(release)
				pass(shortest - 1)
				if s := r.state(); s.LinkUp {
					t.Error("opened without a wait")
				}
				pass(1)
				if diff := cmp.Diff(tt.story, story(f.calls())); diff != "" {
					t.Errorf("the arm was told (-want +got):\n%s", diff)
				}
				if s := r.state(); !s.LinkUp || s.State != safety.Stopped || int(s.StopID) != len(tt.causes) {
					t.Errorf("after it is back: %+v", s)
				}
				if n := count(t, r.metrics.StuckWrites); n != 1 {
					t.Errorf("%v stuck writes counted, want 1", n)
				}
			})
		})
	}
}

// A write on its way to being stuck holds up neither a stop nor its reply.
func TestStopBesideBlockedWrite(t *testing.T) {
	release, entered := make(chan struct{}), make(chan struct{})
	f := newFakeArm()
	f.before = func(c told) error {
		if c.call == "move" && !c.setpoint.Braking {
			close(entered)
			<-release
		}
		return nil
	}
	r := newRig(t, f)
	r.start()
	<-r.writer.tried
	r.admit(away)
	<-entered
	stopped := make(chan uint64)
	go func() { stopped <- r.halt() }()
	select {
	case id := <-stopped:
		if id == 0 {
			t.Error("the stop has no number")
		}
	case <-time.After(patience):
		t.Error("the stop waits for the write")
	}
	close(release)
}

// Calls that each stay within the deadline are none too many.
func TestOverrunWatchesEachCallAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := 0
		o := newOverrun(clock{time.Now().Add(-time.Second)}, deadline, func() { stuck++ })
		for range 10 {
			o.begin(o.clock.now())
			pass(deadline - 1)
			if o.end() {
				t.Error("a call within the deadline counts as late")
			}
		}
		pass(time.Hour)
		if stuck != 0 {
			t.Errorf("%d calls counted as stuck", stuck)
		}
		o.begin(o.clock.now())
		o.timer.Reset(1) // as if the timer of the call before fired late
		pass(1)
		if o.end() || stuck != 0 {
			t.Error("the timer of the call before counts for this one")
		}
		o.begin(o.clock.now())
		pass(time.Hour)
		if late := o.end(); !late || stuck != 1 {
			t.Errorf("a call of an hour: late %v, %d times stuck", late, stuck)
		}
		o.begin(o.clock.now())
		if o.end() {
			t.Error("the call after it counts as late")
		}
	})
}

// A defect in a driver stops the arm, and the daemon ends with it.
func TestPanicInDriver(t *testing.T) {
	order := func(r *rig, _ *bentArm) { r.admit(away) }
	tests := []struct {
		call    string
		provoke func(*rig, *bentArm)
		story   string
	}{
		{"open", nil, ""},
		{"accepts", order, "open stop close"},
		{"move", order, "open stop close"},
		{"grip", func(r *rig, _ *bentArm) { r.admit(gripping) }, "open stop close"},
		{"stop", func(r *rig, _ *bentArm) { r.halt() }, "open close"},
		{"rearm", func(r *rig, _ *bentArm) { r.halt(); synctest.Wait(); r.reset() }, "open stop stop close"},
		{"service", func(_ *rig, f *bentArm) { f.reader().Wake() }, "open stop close"},
	}
	for _, tt := range tests {
		t.Run(tt.call, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var broken atomic.Bool
				broken.Store(tt.call == "open")
				fail := func(call string) {
					if broken.Load() && call == tt.call {
						panic("boom")
					}
				}
				f := &bentArm{fakeArm: newFakeArm()}
				f.before = func(c told) error { fail(c.call); return nil }
				f.accepts = func(safety.Setpoint) { fail("accepts") }
				f.service = func() error { fail("service"); return nil }
				r := newRig(t, f)
				r.run()
				if tt.provoke != nil {
					broken.Store(true)
					tt.provoke(r, f)
				}
				pass(time.Minute)
				select {
				case <-r.ended:
				default:
					t.Fatal("the writer goes on")
				}
				if err := <-r.failed; err == nil {
					t.Error("the writer ended without an error")
				}
				if s := r.state(); s.State != safety.Stopped || s.Causes[len(s.Causes)-1] != (safety.Cause{Kind: safety.CausePanic, By: "writer"}) {
					t.Errorf("after the panic: %+v", s)
				}
				if diff := cmp.Diff(tt.story, story(f.calls())); diff != "" {
					t.Errorf("the arm was told (-want +got):\n%s", diff)
				}
				if n := count(t, r.metrics.StuckWrites); n != 0 {
					t.Errorf("%v stuck writes counted: nothing blocked", n)
				}
			})
		})
	}
}

// The end of the daemon stops the arm, closes it, and does not open it again.
func TestWriterEnds(t *testing.T) {
	for _, result := range []error{nil, errors.New("unplugged")} {
		synctest.Test(t, func(t *testing.T) {
			f := newFakeArm()
			f.before = func(c told) error {
				if c.call == "stop" {
					return result
				}
				return nil
			}
			r := newRig(t, f)
			r.run()
			r.admit(away)
			pass(100 * time.Millisecond)
			r.leave()
			<-r.ended
			want := "open move stop close"
			if result != nil {
				want = "open move close"
			}
			if diff := cmp.Diff(want, story(f.calls())); diff != "" {
				t.Errorf("the arm was told (-want +got):\n%s", diff)
			}
		})
	}
}
