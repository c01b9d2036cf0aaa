package roarm

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

// With every servo in its middle the arm is where the firmware says that its initial pose
// is: x = l3A + l2B, z = l2A − l3B (RoArm-M2_config.h).
func TestInitialPose(t *testing.T) {
	want := safety.Point{X: 310.15, Z: 235.09}
	if got := (posture{elbow: math.Pi / 2}).forward(); got.Sub(want).Norm() > 1e-9 {
		t.Errorf("got %v, want %v", got, want)
	}
	q, err := inverse(want)
	if j, by := q.apart(posture{elbow: math.Pi / 2}); err != nil || by > 1e-9 {
		t.Errorf("%s is %v rad off, %v", jointNames[j], by, err)
	}
}

func genPosture(t *rapid.T) posture {
	var q posture
	for j, l := range limits {
		q[j] = rapid.Float64Range(l.least, l.most).Draw(t, jointNames[j])
	}
	return q
}

// Where a posture leads, inverse leads back, unless the forearm is bent up or the arm
// reaches over its head; then it names what is wrong or brings the gripper there all the same.
func TestInverseOfForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := genPosture(t)
		p := q.forward()
		got, err := inverse(p)
		if err != nil {
			return
		}
		if off := got.forward().Sub(p).Norm(); off > 1e-6 {
			t.Fatalf("%v is %v mm off", got, off)
		}
		if got.within() != nil {
			t.Fatalf("beyond a limit: %v", got.within())
		}
		ahead := math.Abs(math.Remainder(math.Atan2(p.Y, p.X)-q[base], 2*math.Pi)) < 1
		if _, by := got.apart(q); ahead && q[elbow] >= t2-t3 && by > 1e-6 {
			t.Fatalf("got %v for %v", got, q)
		}
	})
}

func TestNeverNaN(t *testing.T) {
	number := rapid.OneOf(rapid.Float64Range(-600, 600), rapid.Float64(),
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 1e-300}))
	rapid.Check(t, func(t *rapid.T) {
		p := safety.Point{X: number.Draw(t, "x"), Y: number.Draw(t, "y"), Z: number.Draw(t, "z")}
		q, err := inverse(p)
		if err == nil && (q.within() != nil || !q.forward().Finite() || q != q) {
			t.Fatalf("%v gives %v", p, q)
		}
	})
}

func TestRefusesByName(t *testing.T) {
	for _, tc := range []struct {
		p    safety.Point
		want string
	}{
		{safety.Point{X: 900}, "900.0, 0.0, 0.0 mm is out of reach: 382.1 mm too far"},
		{safety.Point{X: 300, Z: 450}, "mm too far"},
		{safety.Point{X: 515.9}, "1.0 mm too far for an arm that sags"},
		{safety.Point{X: 40}, "mm too near"},
		{safety.Point{Y: 9.9, Z: 300}, "9.9 mm from the axis of the base"},
		{safety.Point{X: -300, Y: 1, Z: 100}, "needs the base at 179.8°, limit -179.3° to 179.3°"},
		{safety.Point{X: 60, Z: -300}, "needs the shoulder at"},
		{safety.Point{X: math.NaN()}, "is not a point"},
	} {
		if err := reaches(tc.p); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%v: %v, want %q", tc.p, err, tc.want)
		}
	}
	for _, p := range []safety.Point{{X: 310, Z: 235}, {X: 513}, {X: -200, Y: 10, Z: 100}, {Y: -300, Z: -100}} {
		if err := reaches(p); err != nil {
			t.Error(err)
		}
	}
}

// What the arm reaches it also reaches while its servos are sent farther up than it rests.
func TestReachesWhileItSags(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPosture(t).forward()
		q, err := inverse(p)
		within := q[shoulder] > limits[shoulder].least+mostSag && q[shoulder] < limits[shoulder].most-count
		if err != nil || reaches(p) != nil || !within || math.Abs(q[base]) > limits[base].most-count {
			t.Skip("out of reach, or at a limit")
		}
		bias := posture{
			shoulder: rapid.Float64Range(-mostSag, 0).Draw(t, "shoulder sags"),
			elbow:    rapid.Float64Range(-mostSag, 0).Draw(t, "elbow sags"),
		}
		if math.Hypot(p.X, p.Y) < 200 { // near its axis the base has to turn the other way round
			t.Skip("near the axis")
		}
		a, err := aimAt(p, bias)
		if err != nil {
			t.Fatalf("%v with %v: %v", p, bias, err)
		}
		there, err := inverse(a.to)
		if j, by := there.minus(q).apart(bias); err != nil || by > 1e-6 {
			t.Fatalf("%s is held up by %v rad too much, %v", jointNames[j], by, err)
		}
	})
}

func TestHoldable(t *testing.T) {
	for _, tc := range []struct {
		q    posture
		want string
	}{
		{posture{0.3, 0.2, 1.2}, ""},
		{posture{0, 0.5, -0.3}, "elbow"},     // bent up: the point is reached the other way round
		{posture{0, -1.2, 0.3}, "needs the"}, // behind the axis: the base would turn
	} {
		err := tc.q.holdable()
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%v: %v, want %q", tc.q, err, tc.want)
		}
	}
}
