package sim

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

func TestStall(t *testing.T) {
	r := newRig(t, Config{StallAfterMS: 300})
	r.until(time.Second) // the fault waits for the first setpoint
	r.drive(100, 60)     // accepted to the end
	r.until(10 * time.Second)

	stalled := r.last()
	if !stalled.atRest || stalled.p.X < 228 || stalled.p.X > 229.5 {
		t.Errorf("the arm came to %+v, want it to freeze 30 mm on, less its lag", stalled)
	}
	for _, m := range r.measured {
		if m.at >= 1300*time.Millisecond && m.p != stalled.p {
			t.Errorf("the stalled arm moved: %+v", m)
		}
	}

	r.must(r.arm.Close())
	r.open()
	if r.opened.Position != stalled.p {
		t.Errorf("opened again at %v, stalled at %v", r.opened.Position, stalled.p)
	}
	before := len(r.measured)
	r.drive(100, 20)
	r.until(r.now + 200*time.Millisecond)
	if moved := r.last().p.X - stalled.p.X; len(r.measured) == before || moved < 19 {
		t.Errorf("opened again, the arm moved %v mm", moved)
	}
}

// synctest stands in for the process's clock, which the outage goes by.
func TestDisconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{DisconnectAfterMS: 500, ReconnectAfterMS: 2000})
		start := time.Now()
		clock := func() safety.Instant { return time.Since(start) }
		goal := r.opened.Position
		for r.lost == nil {
			time.Sleep(tick)
			r.until(clock())
			if r.lost == nil {
				goal.X += 2.5
				r.move(goal)
			}
		}
		if r.now != 510*time.Millisecond {
			t.Errorf("lost at %v, want 500 ms after the first setpoint, which came at 10 ms", r.now)
		}
		if err := r.arm.Move(clock(), safety.Setpoint{Position: goal}); !errors.Is(err, errUnplugged) {
			t.Errorf("Move over a lost link: %v", err)
		}
		r.must(r.arm.Close())

		time.Sleep(1990 * time.Millisecond)
		if _, err := r.arm.Open(t.Context(), r); !errors.Is(err, errUnplugged) {
			t.Errorf("Open during the outage: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
		r.open()
		if r.opened.Position != goal {
			t.Errorf("the arm stands at %v, want %v, where it was last sent", r.opened.Position, goal)
		}
		r.until(clock())
		r.move(goal)
		r.until(clock() + 499*time.Millisecond)
		wantEvents(t, r, "lost: sim: unplugged", "stands at 325.00, 0.00, 150.00")
	})
}

// The arm goes on to the last setpoint while the link is gone, and a reopened driver says so.
func TestOpenWhileTheArmStillMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{})
		goal := r.drive(250, 10)
		r.must(r.arm.Close())
		r.open()
		if r.opened.Position == goal {
			t.Fatal("the arm stands already")
		}
		r.until(r.now + time.Second)
		if last := r.last(); !last.atRest || last.p != goal {
			t.Errorf("the last report is %+v, want the arm to stand at %v", last, goal)
		}
	})
}

func TestDisconnectAtRest(t *testing.T) {
	r := newRig(t, Config{DisconnectAfterMS: 5000})
	r.move(r.opened.Position)
	r.until(time.Minute)
	wantEvents(t, r, "stands at 200.00, 0.00, 150.00", "lost: sim: unplugged")
	if r.times[1] != 5*time.Second {
		t.Errorf("lost at %v", r.times[1])
	}
}

func TestSlowWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{WriteDelayMS: 300})
		start := time.Now()
		if _, err := s.Open(context.Background(), &rig{}); err != nil {
			t.Fatal(err)
		}
		for name, write := range map[string]func(now safety.Instant) error{
			"Move": func(now safety.Instant) error { return s.Move(now, safety.Setpoint{Position: s.cfg.start()}) },
			"Grip": func(now safety.Instant) error { return s.Grip(now, safety.GripperOpen) },
			"Stop": s.Stop,
		} {
			now := time.Since(start)
			if err := write(now); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start) - now; took != 300*time.Millisecond {
				t.Errorf("%s took %v", name, took)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Config{WriteDelayMS: 300})
		r.must(r.arm.Grip(0, safety.GripperClosed)) // arrives at 300 ms
		r.until(time.Second)
		wantEvents(t, r, "gripped closed")
		wantTime(t, r, 500*time.Millisecond)
	})
}
