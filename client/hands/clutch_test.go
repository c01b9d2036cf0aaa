package hands_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/safety"
)

// bench drives a clutch at 30 Hz with an arm that stands.
type bench struct {
	*hands.Clutch
	now time.Duration
	arm hands.Arm
}

func newBench(c hands.Config) *bench {
	return &bench{hands.NewClutch(c), time.Second, hands.Arm{Position: middle, Ours: true}}
}

// middle is where a hand in the middle of its box is placed.
var middle = safety.Point{X: 195, Z: 135}

func at(x, y, z float64) hands.Frame {
	return hands.Frame{Seen: true, X: x, Y: y, Z: z, HasZ: true, Grab: hands.Open}
}

// frame lets the arm and the hand be seen, a thirtieth of a second after the last time.
func (b *bench) frame(f hands.Frame) hands.Action {
	b.now += frame
	before := b.Arm(b.now, b.arm)
	a := b.Clutch.Frame(b.now, f, true)
	a.Release = a.Release || before.Release
	return a
}

// engage brings the clutch to be engaged by a hand that is where the arm is.
func (b *bench) engage(t testing.TB, f hands.Frame) hands.Action {
	t.Helper()
	for range 30 {
		if a := b.frame(f); a.Move {
			return a
		}
	}
	t.Fatalf("it does not engage: %+v", b.Status())
	return hands.Action{}
}

// It engages with a hand near the arm, after the dwell, and not before.
func TestClutchEngages(t *testing.T) {
	b := newBench(config())
	if s := b.Status(); s.State != hands.Waiting {
		t.Errorf("it begins %v", s.State)
	}
	for range 30 { // 110 mm away
		if a := b.frame(at(100, 0, 0)); a != (hands.Action{}) {
			t.Fatalf("%+v with a hand that is far away", a)
		}
	}
	if s := b.Status(); s.State != hands.Aligning || s.Way != "110 mm left" || s.Distance < 109 || s.Distance > 111 {
		t.Errorf("%+v", s)
	}
	began := b.now
	a := b.engage(t, at(10, 0, 0))
	if b.now-began < 300*time.Millisecond {
		t.Errorf("it engages after %v", b.now-began)
	}
	if d := a.Target.Sub(middle).Norm(); a.Release || a.Gripper != 0 || d > 30 {
		t.Errorf("the first action is %+v", a)
	}
	if s := b.Status(); s.State != hands.Engaged || s.Why != "" {
		t.Errorf("%+v", s)
	}
}

// A hand that passes by does not engage.
func TestClutchIgnoresAHandThatPasses(t *testing.T) {
	b := newBench(config())
	for x := -100.0; x <= 100; x += 10 { // 330 mm/s: 180 ms near the arm
		if a := b.frame(at(x, 0, 0)); a != (hands.Action{}) {
			t.Fatalf("%+v", a)
		}
	}
}

// What ends an engagement does so at once, and nothing is sent until the hand has been at the
// arm for the dwell again.
func TestClutchIsLost(t *testing.T) {
	for _, c := range []struct {
		why string
		end func(b *bench) hands.Action
	}{
		{"the hand is not seen", func(b *bench) hands.Action { return b.frame(hands.Frame{}) }},
		{"a line that cannot be read", func(b *bench) hands.Action { return b.Bad(b.now) }},
		{"no hand state for 100 ms", func(b *bench) hands.Action {
			next, due := b.Next()
			if !due || next != b.now+100*time.Millisecond {
				panic(fmt.Sprint("the tick is due at ", next, due))
			}
			if a := b.Tick(next - 1); a != (hands.Action{}) {
				panic("it is too early")
			}
			return b.Tick(next)
		}},
		{"no hand state for 100 ms", func(b *bench) hands.Action { // a process that was suspended
			b.now += time.Minute
			return b.frame(at(0, 0, 0))
		}},
		{"the hand jumped by 110 mm", func(b *bench) hands.Action { return b.frame(at(100, 0, 0)) }},
		{"refused", func(b *bench) hands.Action { return b.Drop(b.now, "refused") }},
		{"stopped", func(b *bench) hands.Action {
			return b.Arm(b.now, hands.Arm{Blocked: "stopped"})
		}},
		{"control was lost", func(b *bench) hands.Action {
			return b.Arm(b.now, hands.Arm{Position: middle})
		}},
		{"the daemon has decelerated the arm", func(b *bench) hands.Action {
			return b.Arm(b.now, hands.Arm{Position: middle, Ours: true, Held: true})
		}},
	} {
		t.Run(c.why, func(t *testing.T) {
			b := newBench(config())
			b.engage(t, at(0, 0, 0))
			b.frame(at(0, 0, 0))
			if a := c.end(b); !a.Release || a.Move || a.Gripper != 0 {
				t.Fatalf("%+v", a)
			}
			if s := b.Status(); s.State == hands.Engaged || s.Why != c.why {
				t.Errorf("%+v", s)
			}
			ended := b.now
			if a := b.Tick(b.now + time.Second); a != (hands.Action{}) {
				t.Errorf("a second end: %+v", a)
			}
			for range 30 {
				if a := b.frame(at(60, 0, 0)); a != (hands.Action{}) {
					t.Fatalf("%+v with a hand that is not at the arm", a)
				}
			}
			again := b.now
			a := b.engage(t, at(5, 0, 0))
			if b.now-again < 300*time.Millisecond || b.now < ended {
				t.Errorf("it engages again after %v", b.now-again)
			}
			if s := b.Status(); a.Target != s.Hand {
				t.Errorf("it begins at %v, the hand is at %v", a.Target, s.Hand)
			}
		})
	}
}

// What was under way when the clutch engaged tells of the time before: that control was free,
// and that the arm was held.
func TestClutchIgnoresStatesOfBefore(t *testing.T) {
	b := newBench(config())
	b.arm.Ours, b.arm.Held = false, true
	b.engage(t, at(0, 0, 0))
	if a := b.frame(at(0, 0, 0)); !a.Move {
		t.Errorf("%+v", a)
	}
	b.arm.Ours, b.arm.Held = true, false
	if a := b.frame(at(0, 0, 0)); !a.Move {
		t.Errorf("%+v", a)
	}
	b.arm.Held = true
	if a := b.frame(at(0, 0, 0)); !a.Release || a.Move {
		t.Errorf("%+v", a)
	}
}

// An arm that cannot be moved is not engaged, and one whose state is old neither.
func TestClutchNeedsAnArm(t *testing.T) {
	b := newBench(config())
	b.arm.Blocked = "stopped"
	for range 30 {
		if a := b.frame(at(0, 0, 0)); a != (hands.Action{}) {
			t.Fatalf("%+v", a)
		}
	}
	b.arm.Blocked = ""
	b.frame(at(0, 0, 0))
	for range 8 { // 270 ms without a state
		b.now += frame
		b.Clutch.Frame(b.now, at(0, 0, 0), true)
	}
	for range 9 {
		b.now += frame
		if a := b.Clutch.Frame(b.now, at(0, 0, 0), true); a.Move {
			t.Fatal("it engages an arm that it does not see")
		}
	}
	unseen := hands.NewClutch(config())
	for i := range 30 {
		if a := unseen.Frame(time.Duration(i)*frame, at(0, 0, 0), true); a != (hands.Action{}) {
			t.Fatalf("%+v without an arm", a)
		}
	}
	if s := unseen.Status(); s.Arm.Blocked == "" {
		t.Errorf("%+v", s)
	}
}

// While the depth is not known the arm keeps its own; when it becomes known, that is a jump
// where it is far, and none where it is near.
func TestClutchWithoutDepth(t *testing.T) {
	flat := at(0, 0, 0)
	flat.HasZ = false
	for _, c := range []struct {
		z    float64
		lost bool
	}{{100, true}, {60, false}} {
		b := newBench(config())
		b.arm.Position.X = 190 // 45 mm, and 29 mm, from where the depth turns out to be
		if a := b.engage(t, flat); a.Target.X != 190 {
			t.Errorf("engaged with the target %v", a.Target)
		}
		b.arm.Position.X = 205 // the arm's own moves do not matter any longer
		if a := b.frame(flat); !a.Move || a.Target.X != 190 {
			t.Errorf("%+v", a)
		}
		a := b.frame(at(0, 0, c.z))
		if a.Release != c.lost || a.Move == c.lost {
			t.Errorf("%g: %+v", c.z, a)
		}
		if c.lost {
			continue
		}
		for range 60 {
			a = b.frame(at(0, 0, c.z))
		}
		if x := 195 + 0.4*c.z; a.Target.X < x-3 || a.Target.X > x {
			t.Errorf("the target is %v", a.Target)
		}
		before := a.Target.X // unknown again: it stays
		for range 10 {
			a = b.frame(flat)
		}
		if d := a.Target.X - before; !a.Move || d > 2 || d < -2 {
			t.Errorf("%+v after %g", a, before)
		}
	}
}

// Without a depth too the targets stay in the box: an arm that is far outside of it is not
// engaged, and one that is a little outside comes in.
func TestClutchWithoutDepthStaysInTheBox(t *testing.T) {
	flat := at(0, 0, 0)
	flat.HasZ = false
	edge := config().Map.Box.Max.X
	far := newBench(config())
	far.arm.Position.X = edge + 60
	for range 30 {
		if a := far.frame(flat); a != (hands.Action{}) {
			t.Fatalf("%+v with an arm 60 mm outside of the box", a)
		}
	}
	if s := far.Status(); s.Outside < 59 || s.Outside > 61 {
		t.Errorf("%+v", s)
	}
	near := newBench(config())
	near.arm.Position.X = edge + 10
	for range 30 {
		if a := near.frame(flat); a.Move && a.Target.X > edge {
			t.Fatalf("the target %v is outside of the box", a.Target)
		}
	}
	if s := near.Status(); s.State != hands.Engaged {
		t.Errorf("%+v", s)
	}
}

// Without room nothing is sent; what the gripper is to be told is not lost with it.
func TestClutchWithoutRoom(t *testing.T) {
	b := newBench(config())
	b.engage(t, at(0, 0, 0))
	grabbing := at(0, 0, 0)
	grabbing.Grab = hands.Grabbing
	for range 6 {
		b.now += frame
		b.Arm(b.now, b.arm)
		if a := b.Clutch.Frame(b.now, grabbing, false); a != (hands.Action{}) {
			t.Fatalf("%+v", a)
		}
	}
	if s := b.Status(); s.Dropped != 6 || s.State != hands.Engaged {
		t.Errorf("%+v", s)
	}
	if a := b.frame(grabbing); !a.Move || a.Gripper != safety.GripperClosed {
		t.Errorf("%+v", a)
	}
	if a := b.frame(grabbing); !a.Move || a.Gripper != safety.GripperUnchanged {
		t.Errorf("%+v", a)
	}
}

// An arm without a gripper is not told of one, and a hand that is closed when it comes to the
// arm is no wish to close.
func TestClutchAndGripper(t *testing.T) {
	grabbing := at(0, 0, 0)
	grabbing.Grab = hands.Grabbing
	for _, has := range []bool{true, false} {
		c := config()
		c.Gripper = has
		b := newBench(c)
		var told []string
		first := b.engage(t, grabbing)
		for i := range 30 {
			f := grabbing
			if i > 10 && i < 20 {
				f = at(0, 0, 0)
			}
			if a := b.frame(f); a.Gripper != safety.GripperUnchanged {
				told = append(told, a.Gripper.String())
			}
		}
		want := "open closed"
		if !has {
			want = ""
		}
		if diff := cmp.Diff(want, strings.Join(told, " ")); diff != "" || first.Gripper != 0 {
			t.Errorf("gripper %t (-want +got)\n%s", has, diff)
		}
	}
}

// What the left hand did before it was out of sight is no state to compare with: an arm that
// holds something does not drop it because the hand that closed it comes back open.
func TestClutchForgetsALeftHandThatWasAway(t *testing.T) {
	with := func(g hands.Grab) hands.Frame {
		f := at(0, 0, 0)
		f.Grab = g
		return f
	}
	for name, away := range map[string]func(b *bench){
		"after an engagement":  func(b *bench) { b.engage(t, with(hands.Grabbing)); b.frame(hands.Frame{}) },
		"before the first one": func(b *bench) { b.frame(with(hands.Grabbing)); b.frame(with(hands.Grabbing)) },
		"with the laptop": func(b *bench) {
			b.engage(t, with(hands.Grabbing))
			b.Gone(b.now, "gone")
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := config()
			c.Gripper, c.GrabFrames = true, 2
			b := newBench(c)
			away(b)
			b.engage(t, with(hands.NoGrab))
			for range 10 {
				if a := b.frame(with(hands.Open)); a.Gripper != safety.GripperUnchanged {
					t.Fatalf("the gripper is told %v", a.Gripper)
				}
			}
			b.frame(with(hands.Grabbing))
			if a := b.frame(with(hands.Grabbing)); a.Gripper != safety.GripperClosed {
				t.Errorf("the gripper is told %v", a.Gripper)
			}
		})
	}
}

// A hand that is still has a target that is still.
func TestClutchOfAStillHand(t *testing.T) {
	b := newBench(config())
	first := b.engage(t, at(0, 0, 0)).Target
	for i := range 60 {
		f := at(0.8*float64(i%3-1), 0.8*float64(i%2), 0) // about 1 mm
		if a := b.frame(f); a.Target != first {
			t.Fatalf("the target moved from %v to %v", first, a.Target)
		}
	}
}

func TestConfigCheck(t *testing.T) {
	c := config()
	if err := c.Check(); err != nil {
		t.Error(err)
	}
	bad := hands.Config{Stale: time.Second}
	err := bad.Check()
	for _, name := range []string{"min-cutoff", "derivative-cutoff", "clutch-distance", "clutch-dwell", "stale", "jump", "grab-frames"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named by: %v", name, err)
		}
	}
}

// A hand that is at the arm when that can be moved again does not lead it before it has been away.
func TestClutchWantsTheHandAwayOnce(t *testing.T) {
	still := func(b *bench, n int, f hands.Frame) {
		t.Helper()
		for range n {
			if a := b.frame(f); a.Move {
				t.Fatalf("it leads: %+v", b.Status())
			}
		}
	}
	for name, leave := range map[string]func(b *bench){
		"far from the arm":   func(b *bench) { still(b, 1, at(60, 0, 0)) },
		"out of the picture": func(b *bench) { still(b, 15, hands.Frame{}) },
	} {
		b := newBench(config())
		b.engage(t, at(0, 0, 0))
		b.arm.Blocked = "stopped"
		still(b, 30, at(0, 0, 0))
		still(b, 30, at(60, 0, 0)) // away while it is stopped is no agreement to what comes after
		still(b, 30, at(0, 0, 0))
		b.arm.Blocked = "" // a reset
		still(b, 30, at(0, 0, 0))
		still(b, 2, hands.Frame{}) // a frame or two without the hand are none
		still(b, 30, at(0, 0, 0))
		if !b.Status().Apart {
			t.Errorf("%s: it does not say that the hand has to leave", name)
		}
		leave(b)
		if a := b.engage(t, at(0, 0, 0)); !a.Move || b.Status().Apart {
			t.Errorf("%s: %+v", name, b.Status())
		}
	}
}
