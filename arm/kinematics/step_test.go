package kinematics

import (
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

func drawTick(t *rapid.T) time.Duration {
	return time.Duration(rapid.IntRange(5, 150).Draw(t, "ms")) * time.Millisecond
}

// checkStep holds what was stepped against what Step promises of it, the pitch of from aside.
func checkStep(t *rapid.T, a *Arm, from Posture, start, end safety.Point, dt time.Duration, part float64, to Posture) {
	if !(part >= 0 && part <= 1) {
		t.Fatalf("part is %v", part)
	}
	if d := gap(a.Forward(to), between(start, end, part)); !(d <= 1e-6) {
		t.Fatalf("at part %v, the tool point is %v mm beside the line", part, d)
	}
	if by := a.tooFast(from, to, dt); !(by <= 1e-9) {
		t.Fatalf("at part %v, a joint turns by %v rad too much", part, by)
	}
	if !a.within(to, 0) {
		t.Fatalf("at part %v, %v is outside the limits", part, to)
	}
}

func TestStep(t *testing.T) {
	partial, whole := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		b := drawArm(t, mixed)
		from := b.drawPosture(t)
		start, dt := b.Forward(from), drawTick(t)
		length := rapid.OneOf(rapid.Float64Range(0, 1), rapid.Just(1.0)).Draw(t, "length") // short ones are whole steps
		end := between(start, b.Forward(b.drawPosture(t)), length)
		part, to, err := b.Step(from, start, end, dt)
		if err != nil {
			if part != 0 || to != from {
				t.Fatalf("%v, and yet part %v and %v", err, part, to)
			}
			return
		}
		checkStep(t, b.Arm, from, start, end, dt, part, to)
		if part == 1 {
			whole++
			return
		}
		partial++
		next, err := b.Inverse(between(start, end, min(1, part+1e-9)), to)
		if err == nil && b.tooFast(from, next, dt) < -1e-9 {
			t.Fatalf("more than part %v is possible", part)
		}
	})
	if partial == 0 || whole == 0 {
		t.Errorf("%d steps were whole and %d partial: one was not tried", whole, partial)
	}
}

// A way that keeps clear of every limit and singular point, and of another turn, is stepped to its end.
func TestStepsArrive(t *testing.T) {
	arrived := 0
	rapid.Check(t, func(t *rapid.T) {
		b := drawArm(t, tight)
		at := b.drawPosture(t)
		start, end := b.Forward(at), b.Forward(b.drawPosture(t))
		dt := drawTick(t)
		if !b.roomy(at, start, end) {
			return
		}
		arrived++
		for range 20_000 {
			part, to, err := b.Step(at, start, end, dt)
			if err != nil {
				t.Fatal(err)
			}
			checkStep(t, b.Arm, at, start, end, dt, part, to)
			if at = to; part == 1 {
				return
			}
			start = between(start, end, part)
		}
		t.Fatalf("%v mm are left after 20,000 steps", gap(start, end))
	})
	if arrived == 0 {
		t.Error("no way had room to the end")
	}
}

// roomy reports whether the way is clear and within the limits at points as dense as that
// it is so between them, the posture kept on one side.
func (a *Arm) roomy(q Posture, start, end safety.Point) bool {
	const samples = 2000
	for i := range samples + 1 {
		next, err := a.Inverse(between(start, end, float64(i)/samples), q)
		if err != nil || !a.clear(next) || !a.within(next, 0.01) || apart(q, next) > 0.3 {
			return false
		}
		q = next
	}
	return true
}

// arrive steps from at to end, and fails if it does not get there.
func arrive(t *testing.T, a *Arm, at Posture, end safety.Point, dt time.Duration) Posture {
	t.Helper()
	start := a.Forward(at)
	for range 1000 {
		part, to, err := a.Step(at, start, end, dt)
		if err != nil {
			t.Fatal(err)
		}
		if at = to; part == 1 {
			return at
		}
		start = between(start, end, part)
	}
	t.Fatalf("%v mm are left after 1000 steps", gap(start, end))
	return at
}

// The nearest turn of a joint at the far end is not the one that it comes to on a long way.
func TestStepsTurnAJointFarther(t *testing.T) {
	a := desk()
	a.Links.Offset = 100
	a.Joints[Shoulder].Max = 300 * degree
	a.Joints[Elbow].Min = -179 * degree
	a.Joints[Wrist].Min, a.Joints[Wrist].Max = -179*degree, 179*degree
	from, want := radians(Posture{0, 40, -140, 100}), radians(Posture{0, 150, -40, -110})
	if got := arrive(t, a, from, a.Forward(want), 20*time.Millisecond); apart(got, want) > 1e-6 {
		t.Errorf("it came to %v, want %v", got, want)
	}
}

// A hand at another pitch comes to the arm's while the tool point follows the line.
func TestStepLevelsTheHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := desk()
		at := radians(Posture{10, 80, -90, 10})
		at[Wrist] += rapid.Float64Range(-60, 60).Draw(t, "off") * degree
		start := a.Forward(at)
		end := start.Add(safety.Point{X: rapid.Float64Range(-5, 5).Draw(t, "x"), Z: rapid.Float64Range(-5, 5).Draw(t, "z")})
		for range 1000 {
			part, to, err := a.Step(at, start, end, 10*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			checkStep(t, a, at, start, end, 10*time.Millisecond, part, to)
			if at = to; part == 1 {
				if math.Abs(at.pitch()) > 1e-9 {
					t.Fatalf("the hand came to pitch %v", at.pitch())
				}
				return
			}
			start = between(start, end, part)
		}
		t.Fatal("it did not arrive in 1000 steps")
	})
}

// A stretched or folded elbow has no side: it goes to the one that its limits leave.
func TestStepOutOfTheStraightElbow(t *testing.T) {
	a := desk()
	for _, elbow := range []float64{-0.4 * degree, 0, 0.4 * degree} {
		from := Posture{0, 0.5, elbow, -0.5 - elbow}
		start := a.Forward(from)
		part, to, err := a.Step(from, start, start.Add(safety.Point{X: -20}), 50*time.Millisecond)
		if err != nil || !(part > 0) || !(to[Elbow] < -elbowMargin) {
			t.Errorf("from %v: part %v to %v, %v", from, part, to, err)
		}
	}
}

func TestStepRefuses(t *testing.T) {
	a := desk()
	gallows := radians(Posture{0, 90, -90, 0}) // tool point at 230, 0, 220
	both := desk()
	both.Joints[Elbow].Max = 150 * degree
	both.Joints[Shoulder].Min = -100 * degree
	both.Joints[Shoulder].Max = 95 * degree
	both.Joints[Wrist].Min = -math.Pi
	around := desk()
	around.Joints[Base].Min, around.Joints[Base].Max = -200*degree, 200*degree
	left := radians(Posture{199, 90, -90, 0})
	right := around.Forward(radians(Posture{203, 90, -90, 0}))

	for _, c := range []struct {
		name       string
		arm        *Arm
		from       Posture
		start, end safety.Point
		kind       Kind
		joint      int
	}{
		{"end too far", a, gallows, a.Forward(gallows), safety.Point{X: 500, Z: 220}, TooFar, 0},
		{"end not finite", a, gallows, a.Forward(gallows), safety.Point{X: math.NaN()}, NotFinite, 0},
		{"start not finite", a, gallows, safety.Point{X: math.Inf(1)}, a.Forward(gallows), NotFinite, 0},
		{"posture not finite", a, Posture{Elbow: math.NaN()}, a.Forward(gallows), a.Forward(gallows), NotFinite, 0},
		{"angles that add up to infinity", a, Posture{0, 1e308, 1e308, 0}, a.Forward(gallows), a.Forward(gallows), NotFinite, 0},
		{"end on the axis", a, gallows, a.Forward(gallows), safety.Point{Z: 220}, OnBaseAxis, 0},
		{"posture elsewhere", a, radians(Posture{40, 90, -90, 0}), a.Forward(gallows), safety.Point{X: 229, Z: 220}, NotAtStart, Base},
		{"end for the other side only", both, gallows, a.Forward(gallows), safety.Point{X: 150, Z: 220}, JointLimit, Shoulder},
		{"end for another turn only", around, left, around.Forward(left), right, JointLimit, Base},
	} {
		part, to, err := c.arm.Step(c.from, c.start, c.end, 20*time.Millisecond)
		var u *Unreachable
		if !errors.As(err, &u) || u.Kind != c.kind || u.Joint != c.joint {
			t.Errorf("%s: %v", c.name, err)
		}
		if part != 0 || (to != c.from && c.from == c.from) {
			t.Errorf("%s: part %v to %v", c.name, part, to)
		}
	}
	for name, reach := range map[string]error{
		"the other side": both.Reaches(safety.Point{X: 150, Z: 220}), "another turn": around.Reaches(right),
	} {
		if reach != nil {
			t.Errorf("%s does not reach it either: %v", name, reach)
		}
	}
}

// A line through the base's axis ends in front of it, by name.
func TestStepDoesNotCrossTheAxis(t *testing.T) {
	a := desk()
	a.Links.Offset, a.Joints[Base].Min, a.Joints[Base].Max = 0, -200*degree, 200*degree
	a.Joints[Elbow].Min, a.Joints[Shoulder].Max = -170*degree, 200*degree
	a.Joints[Wrist].Min, a.Joints[Wrist].Max = -math.Pi, math.Pi
	start, end := safety.Point{X: 60, Z: 200}, safety.Point{X: -60, Z: 200}
	at, err := a.Inverse(start, Posture{})
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		part, to, err := a.Step(at, start, end, 20*time.Millisecond)
		if u := (*Unreachable)(nil); errors.As(err, &u) {
			if u.Kind != OnBaseAxis || start.X > 20 {
				t.Errorf("at %v: %v", start, err)
			}
			return
		}
		at, start = to, between(start, end, part)
	}
	t.Errorf("it is at %v after 1000 steps", start)
}

func TestStepInNoTime(t *testing.T) {
	a := desk()
	from := radians(Posture{0, 90, -90, 0})
	for _, dt := range []time.Duration{0, -time.Second} {
		part, to, err := a.Step(from, a.Forward(from), safety.Point{X: 220, Z: 220}, dt)
		if part > 1e-6 || apart(from, to) > 1e-9 || err != nil {
			t.Errorf("in %v: part %v to %v, %v", dt, part, to, err)
		}
	}
}

// A start that is far from true does not blur the end.
func TestStepEndsAtTheEnd(t *testing.T) {
	a := desk()
	from := radians(Posture{0, 90, -90, 0})
	end := safety.Point{X: 229.9, Z: 220}
	part, to, err := a.Step(from, safety.Point{X: 1e17}, end, 20*time.Millisecond)
	if part != 1 || err != nil || !(gap(a.Forward(to), end) < 1e-6) {
		t.Errorf("part %v, the tool point at %v, %v", part, a.Forward(to), err)
	}
}
