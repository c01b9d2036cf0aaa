package kinematics

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

// The shoulder of desk is at 20, 0, 100, and the wrist is 80 behind the tool point: at the
// height of 100, a tool point at x has the wrist x-100 from the shoulder.
func TestRefusalsByName(t *testing.T) {
	short := desk() // a forearm that leaves a hole about the shoulder
	short.Links.Fore = 60
	short.Joints[Elbow].Min = -math.Pi
	short.Joints[Shoulder].Max = 200 * degree
	short.Joints[Wrist].Min, short.Joints[Wrist].Max = -math.Pi, math.Pi
	for _, c := range []struct {
		arm  *Arm
		p    safety.Point
		kind Kind
		text string
	}{
		{desk(), safety.Point{X: 384.2, Z: 100}, TooFar, "384.2, 0.0, 100.0 mm is out of reach: 34.2 mm too far"},
		{desk(), safety.Point{X: -384.2, Z: 100}, TooFar, "-384.2, 0.0, 100.0 mm is out of reach: 34.2 mm too far"},
		{desk(), safety.Point{X: 350 - 1e-9, Z: 100}, ElbowStraight, "350.0, 0.0, 100.0 mm is on the outer edge of the reach, where the elbow is straight"},
		{desk(), safety.Point{X: 349.98, Z: 100}, 0, ""},
		{short, safety.Point{X: 125, Z: 100}, TooNear, "125.0, 0.0, 100.0 mm is out of reach: 35.0 mm too near"},
		{short, safety.Point{X: 160 + 1e-9, Z: 100}, ElbowFolded, "160.0, 0.0, 100.0 mm is on the inner edge of the reach, where the elbow is folded"},
		{short, safety.Point{X: 160.1, Z: 100}, 0, ""},
		{desk(), safety.Point{Z: 250}, OnBaseAxis, "0.0, 0.0, 250.0 mm is on the axis of the base, where its yaw is not defined"},
		{desk(), safety.Point{X: 0.6, Y: -0.7, Z: 250}, OnBaseAxis, "0.6, -0.7, 250.0 mm is on the axis of the base, where its yaw is not defined"},
		{short, safety.Point{X: 0.8, Y: -0.7, Z: 210}, 0, ""},
		{desk(), safety.Point{X: -200, Y: -0.01, Z: 200}, JointLimit, "-200.0, 0.0, 200.0 mm needs the base at -180.0°, limit -135.0° to 135.0°"},
		{desk(), safety.Point{X: 160, Z: 100}, JointLimit, "160.0, 0.0, 100.0 mm needs the elbow at -152.6°, limit -150.0° to 0.0°"},
		{desk(), safety.Point{X: 220, Z: -100}, JointLimit, "220.0, 0.0, -100.0 mm needs the shoulder at -37.0°, limit -10.0° to 150.0°"},
		{desk(), safety.Point{X: math.NaN(), Z: 100}, NotFinite, "NaN, 0.0, 100.0 mm, or the posture given with it, is not finite"},
		{desk(), safety.Point{X: math.Inf(1), Z: 100}, NotFinite, "+Inf, 0.0, 100.0 mm, or the posture given with it, is not finite"},
	} {
		got, text := Kind(0), ""
		if err := c.arm.Reaches(c.p); err != nil {
			u := (*Unreachable)(nil)
			if !errors.As(err, &u) || u.Kind != NotFinite && u.Point != c.p {
				t.Fatalf("%v: the error is %#v", c.p, err)
			}
			got, text = u.Kind, err.Error()
		}
		if diff := cmp.Diff([]any{c.kind, c.text}, []any{got, text}); diff != "" {
			t.Errorf("%v (-want +got)\n%s", c.p, diff)
		}
	}
}

func TestNotAtStartSaysHowFar(t *testing.T) {
	a := desk()
	from := radians(Posture{12.3, 90, -90, 0})
	_, _, err := a.Step(from, safety.Point{X: 230, Z: 220}, safety.Point{X: 229, Z: 220}, 1e6)
	if want := "230.0, 0.0, 220.0 mm is not where the arm is: its base is 12.3° away"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// Whatever numbers come in, none that is not finite or not allowed comes out.
func TestNoNumberGetsThrough(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-500, 500), rapid.SampledFrom([]float64{
		0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 1e308, 1e-320, math.Pi,
	}))
	point := rapid.Custom(func(t *rapid.T) safety.Point {
		return safety.Point{X: number.Draw(t, "x"), Y: number.Draw(t, "y"), Z: number.Draw(t, "z")}
	})
	posture := rapid.Custom(func(t *rapid.T) (q Posture) {
		for i := range q {
			q[i] = number.Draw(t, Name(i))
		}
		return q
	})
	rapid.Check(t, func(t *rapid.T) {
		a := drawArm(t, mixed)
		home := a.Forward(a.home)
		points := rapid.OneOf(point, rapid.Just(home), rapid.Just(home.Add(safety.Point{Z: 1})))
		postures := rapid.OneOf(posture, rapid.Just(a.home))
		start, end, from := points.Draw(t, "start"), points.Draw(t, "end"), postures.Draw(t, "from")
		if q, err := a.Inverse(end, from); err == nil && !a.within(q, 0) {
			t.Fatalf("Inverse: %v", q)
		}
		if part, q, err := a.Step(from, start, end, drawTick(t)); err == nil && !(part >= 0 && part <= 1 && a.within(q, 0)) {
			t.Fatalf("Step: part %v to %v", part, q)
		}
	})
}
