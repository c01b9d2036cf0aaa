package feetech

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

const claw = kinematics.Joints // its place in an event's Joints

func (w *writer) grip(g safety.Gripper) {
	w.t.Helper()
	w.call(func(now safety.Instant) error { return w.driver.Grip(now, g) })
}

func TestClawOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig()
		w := newWriter(t, c, busConfig(c, testStart))
		for g, want := range map[safety.Gripper]int{
			safety.GripperOpen: c.Claw.Open, safety.GripperClosed: c.Claw.Closed, safety.GripperAt(25): 2161,
		} {
			w.grip(g)
			var heard []string
			for heard == nil && w.now() < 20*time.Second {
				w.serve(testTick)
				heard = w.said.take()
			}
			if at := w.counts(claw); distance(at, want) > 2 || !slices.Equal(heard, []string{"gripped " + g.String()}) {
				t.Errorf("%v: at %d counts, want %d, when told %q", g, at, want, heard)
			}
		}
	})
}

// Of two orders the later one counts, and is told once it is carried out.
func TestClawChangesItsMind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig()
		w := newWriter(t, c, busConfig(c, testStart))
		w.grip(safety.GripperOpen)
		w.serve(50 * time.Millisecond)
		w.grip(safety.GripperClosed)
		w.serve(2 * time.Second)
		w.want("gripped closed")
	})
}

// What is held keeps the claw from its goal: that is no fault, and the grip is carried out.
func TestClawHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig()
		c.MaxLoad = 20
		w := newWriter(t, c, busConfig(c, testStart))
		w.grip(safety.GripperOpen)
		w.serve(2 * time.Second)
		w.board.Command("block 9")
		w.grip(safety.GripperClosed)
		w.serve(4 * time.Second)
		w.want("gripped open", "gripped closed")
		for _, stop := range []func(safety.Instant) error{w.driver.Stop, w.driver.Relax} {
			w.call(stop)
			w.serve(time.Second)
		}
		w.want("stopped confirmed")
		if goal := w.sentTo(claw); goal != c.Claw.Closed {
			t.Errorf("lets go: its goal is %d", goal)
		}
		for _, e := range w.events("state") {
			if e.Text == "torque 9 off" {
				t.Error("lets go: its torque is off")
			}
		}
	})
}

func TestStopHaltsTheClaw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig()
		w := newWriter(t, c, busConfig(c, testStart))
		w.grip(safety.GripperOpen) // 452 counts: half a second
		w.serve(200 * time.Millisecond)
		at := w.counts(claw)
		w.stop()
		if went := distance(w.counts(claw), at); went > 80 {
			t.Errorf("went on for %d counts", went)
		}
		w.rearm()
		w.serve(time.Second)
		if at := w.counts(claw); distance(at, c.Claw.Open) < 100 {
			t.Errorf("went on after the reset, to %d counts", at)
		}
		w.want()
	})
}

func TestCapabilities(t *testing.T) {
	c := testConfig()
	want := arm.Capabilities{
		Driver: "feetech", Horizon: c.Horizon, Measured: true, Gripper: safety.OpeningGripper,
		HostIK: true, Unlocks: true, Relaxes: true, StopEffect: arm.StopConfirmed,
		Joints: []string{"base", "shoulder", "elbow", "wrist"},
	}
	if diff := cmp.Diff(want, New(c, nil).Capabilities()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	c.Claw = nil
	if g := New(c, nil).Capabilities().Gripper; g != safety.NoGripper {
		t.Errorf("without a claw: %v", g)
	}
}

// A claw that never got its goal has not gripped, however still it stands: it is sent again.
func TestLostGrip(t *testing.T) {
	s := opened(testConfig())
	s.gripNow(s.now, safety.GripperOpen) // the frame is lost
	closed := func(i int, l *live) {
		if i == claw {
			l.goal, l.position = 2048, 2048
		}
	}
	for range 10 {
		s.answer(closed)
	}
	s.want(t)
	for range 10 {
		s.answer(nil)
	}
	s.want(t, "gripped open")
}

// A grip that comes while the arm is being switched on is carried out when it is; a stop or a
// relaxing drops it.
func TestGripDuringARearming(t *testing.T) {
	for name, tc := range map[string]struct {
		then func(s *sessionRig)
		goal int
		told []string
	}{
		"on":     {func(*sessionRig) {}, testConfig().Claw.Open, []string{"gripped open"}},
		"stop":   {func(s *sessionRig) { s.hear(s.stopNow(s.now)) }, testConfig().Claw.Closed, []string{"stopped confirmed"}},
		"relax":  {func(s *sessionRig) { s.hear(s.relaxNow(s.now)) }, testConfig().Claw.Closed, nil},
		"closes": {func(s *sessionRig) { s.hear(s.gripNow(s.now, safety.GripperAt(50))) }, 2274, []string{"gripped 50"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(testConfig())
			s.hear(s.relaxNow(s.now))
			s.answer(nil)
			s.hear(s.stopNow(s.now))
			for range 10 {
				s.answer(nil)
			}
			s.said()
			s.rearmNow(s.now)
			s.answer(nil)
			s.hear(s.gripNow(s.now, safety.GripperOpen))
			tc.then(s)
			for range 20 {
				s.answer(nil)
			}
			s.want(t, tc.told...)
			s.rearmNow(s.now)
			for range 20 {
				s.answer(nil)
			}
			s.want(t)
			if goal := s.servos[claw].goal; goal != tc.goal {
				t.Errorf("the claw goes to %d, want %d", goal, tc.goal)
			}
		})
	}
}
