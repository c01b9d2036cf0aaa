package hands_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/safety"
)

// world is a hand, an arm that follows, and everything that goes wrong, drawn at random.
type world struct {
	*bench
	t    *rapid.T
	cfg  hands.Config
	hand hands.Frame

	engaged   bool
	last      safety.Point  // target sent last in this engagement
	unaligned time.Duration // since when the hand has not been at the arm, or before
}

// engagements counts them, so that the property is not empty.
var engagements int

// TestClutchWhateverHappens: no target without a hand that has been at the arm; the first one
// is at the arm; all are in the box, and none goes farther than the hand; what ends an
// engagement is a release; only what the hand does anew is told to the gripper.
func TestClutchWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := config()
		cfg.DeadZone = rapid.Float64Range(0, 10).Draw(t, "dead zone")
		cfg.Distance = rapid.Float64Range(5, 60).Draw(t, "distance")
		w := &world{bench: newBench(cfg), t: t, cfg: cfg, hand: at(0, 0, 0)}
		w.unaligned = w.now
		for range rapid.IntRange(30, 300).Draw(t, "steps") {
			w.step()
		}
	})
	if t.Logf("%d engagements", engagements); engagements == 0 {
		t.Error("the clutch never engaged")
	}
}

func (w *world) step() {
	kind := 80 - rapid.IntRange(0, 80).Draw(w.t, "what happens") // small numbers are drawn more often
	dt := time.Duration(rapid.IntRange(5, 45).Draw(w.t, "ms")) * time.Millisecond
	if kind == 0 {
		dt = time.Duration(rapid.IntRange(50, 500).Draw(w.t, "late ms")) * time.Millisecond
	}
	w.now += dt
	if late := dt >= w.cfg.Stale; late || kind >= 1 && kind <= 5 {
		w.unaligned = w.now
	}
	switch kind {
	case 1:
		w.check(w.Bad(w.now), true)
	case 2:
		w.check(w.Drop(w.now, "refused"), true)
	case 3:
		w.check(w.Arm(w.now, hands.Arm{Blocked: "stopped"}), true)
	case 4:
		w.check(w.Clutch.Frame(w.now, hands.Frame{}, true), true)
	case 5: // a glitch
		far := at(100, 100, 100)
		if w.hand.X > 0 {
			far = at(-100, -100, -100)
		}
		w.hand = far
		w.see(true)
	case 8: // the daemon's deadman, or another's take, where the daemon has said before that control is ours
		a := w.Arm(w.now, hands.Arm{Position: w.arm.Position, Held: true, Ours: w.hand.X > 0})
		if a.Release {
			w.unaligned = w.now
		}
		w.check(a, false)
	default:
		w.wander(kind == 6)
		w.see(kind == 7)
	}
}

// wander moves the hand a little; where home it goes to the arm.
func (w *world) wander(home bool) {
	by := rapid.Float64Range(-4, 4)
	if home {
		p := w.arm.Position
		w.hand = at((p.Y)/-1.1, (p.Z-135)/0.6, (p.X-195)/0.4)
		return
	}
	w.hand.X = min(max(w.hand.X+by.Draw(w.t, "x"), -100), 100)
	w.hand.Y = min(max(w.hand.Y+by.Draw(w.t, "y"), -100), 100)
	w.hand.Z = min(max(w.hand.Z+by.Draw(w.t, "z"), -100), 100)
	w.hand.HasZ = rapid.IntRange(0, 20).Draw(w.t, "depth") > 0
	w.hand.Grab = hands.Grab(rapid.IntRange(0, 2).Draw(w.t, "grab"))
}

// see lets the arm follow, and both be seen.
func (w *world) see(lost bool) {
	if w.engaged {
		w.arm.Position = w.arm.Position.Add(w.last.Sub(w.arm.Position).Scale(rapid.Float64Range(0, 0.5).Draw(w.t, "follow")))
	}
	w.check(w.Arm(w.now, w.arm), false)
	room := !lost && rapid.IntRange(0, 10).Draw(w.t, "room") > 0
	w.check(w.Clutch.Frame(w.now, w.hand, room), false)
	if s := w.Status(); s.Distance > w.cfg.Distance {
		w.unaligned = w.now
	}
}

// check compares an action with what may be; ends says that nothing may be sent after it.
func (w *world) check(a hands.Action, ends bool) {
	s := w.Status()
	was := w.engaged
	w.engaged = s.State == hands.Engaged
	switch {
	case a.Move && !w.engaged:
		w.t.Fatalf("a target while %v", s.State)
	case !a.Move && a.Gripper != safety.GripperUnchanged:
		w.t.Fatalf("%v to the gripper without a target", a.Gripper)
	case ends && w.engaged:
		w.t.Fatalf("still engaged: %+v", s)
	case was != a.Release && !(was && w.engaged):
		w.t.Fatalf("engaged %t, then %v with %+v", was, s.State, a)
	}
	if !a.Move {
		return
	}
	if w.cfg.Map.Box.Beyond(a.Target) > 1e-9 {
		w.t.Fatalf("%v is outside of the box", a.Target)
	}
	if !was {
		engagements++
		if d := a.Target.Sub(w.arm.Position).Norm(); d > w.cfg.Distance+1e-9 {
			w.t.Fatalf("the first target is %v mm from the arm", d)
		}
		if w.now-w.unaligned < w.cfg.Dwell {
			w.t.Fatalf("engaged %v after the hand was not at the arm", w.now-w.unaligned)
		}
		if a.Gripper != safety.GripperUnchanged {
			w.t.Fatalf("the gripper is told %v at once", a.Gripper)
		}
	} else if step := a.Target.Sub(w.last).Norm(); step > 3*w.cfg.Jump {
		w.t.Fatalf("a step of %v mm", step)
	}
	w.last = a.Target
}
