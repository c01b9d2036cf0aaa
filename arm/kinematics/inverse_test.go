package kinematics

import (
	"errors"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

func TestInverseOfKnownPostures(t *testing.T) {
	for _, k := range known {
		a := desk()
		a.Pitch = radians(k.q).pitch()
		a.Joints[Elbow].Max = math.Pi
		q, err := a.Inverse(k.p, radians(k.q))
		if u := (*Unreachable)(nil); errors.As(err, &u) && (u.Kind == ElbowStraight || u.Joint == Base) {
			continue
		}
		if diff := cmp.Diff(radians(k.q), q, micro); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", k.name, err, diff)
		}
	}
}

func TestInverseComesBackToThePoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawArm(t, mixed)
		p, sure := b.drawPoint(t), rapid.Bool().Draw(t, "sure")
		if sure {
			p = b.Forward(b.drawPosture(t))
		}
		q, err := b.Inverse(p, drawNear(t))
		if err != nil {
			if sure {
				t.Fatalf("a point that a posture has: %v", err)
			}
			return
		}
		if d := gap(b.Forward(q), p); !(d <= 1e-6) {
			t.Fatalf("%v has the tool point %v mm beside it", q, d)
		}
		if !b.within(q, 0) {
			t.Fatalf("%v is outside the limits", q)
		}
		if off := math.Remainder(q.pitch()-b.Pitch, 2*math.Pi); !(math.Abs(off) <= 1e-9) {
			t.Fatalf("the hand is %v rad off its pitch", off)
		}
	})
}

func TestInverseComesBackToThePosture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawArm(t, mixed)
		want := b.drawPosture(t)
		got, err := b.Inverse(b.Forward(want), want)
		if err != nil || !(apart(got, want) <= 1e-8) {
			t.Fatalf("%v came back as %v, %v", want, got, err)
		}
	})
}

// Postures at one point are found by asking for it from many others.
func TestInverseTakesTheNearest(t *testing.T) {
	several := 0
	rapid.Check(t, func(t *rapid.T) {
		b := drawArm(t, mixed)
		p := b.Forward(b.drawPosture(t))
		near := b.drawPosture(t)
		nearest, err := b.Inverse(p, near)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			other, err := b.Inverse(p, drawNear(t))
			if err != nil {
				t.Fatal(err)
			}
			if apart(other, nearest) > 1e-6 {
				several++
			}
			if other.from(near) < nearest.from(near)-1e-9 {
				t.Fatalf("from %v to %v, though %v is nearer", near, nearest, other)
			}
		}
	})
	if several == 0 {
		t.Error("no point had two postures")
	}
}

func TestReachesAgreesWithInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawArm(t, mixed)
		p := b.drawPoint(t)
		_, err := b.Inverse(p, drawNear(t))
		if diff := cmp.Diff(err, b.Reaches(p), cmp.Comparer(sameKind)); diff != "" {
			t.Fatalf("Inverse and Reaches (-Inverse +Reaches)\n%s", diff)
		}
	})
}

func sameKind(a, b error) bool {
	var u, v *Unreachable
	return errors.As(a, &u) == errors.As(b, &v) && (u == nil || u.Kind == v.Kind)
}

// A posture at the very limit is one of the arm, whatever the rounding.
func TestInverseAtTheLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawArm(t, mixed)
		q := b.drawPosture(t)
		for i := range q {
			switch rapid.IntRange(0, 2).Draw(t, "limit") {
			case 0:
				b.Joints[i].Min = q[i]
			case 1:
				b.Joints[i].Max = q[i]
			}
		}
		if err := b.Reaches(b.Forward(q)); err != nil {
			t.Fatal(err)
		}
	})
}

// walk goes straight from start to end, every posture the nearest to the one before. It
// ends at a point that is out of reach. Where a joint turns far between two points, it
// looks between them, and fails if that does not help: the posture jumps.
func walk(t *rapid.T, a *Arm, from Posture, start, end safety.Point) (Posture, error) {
	to, err := a.Inverse(end, from)
	if err != nil || apart(from, to) < 0.05 {
		return to, err
	}
	if gap(start, end) < 1e-5 {
		t.Fatalf("from %v to %v the posture jumps from %v to %v", start, end, from, to)
	}
	middle := between(start, end, 0.5)
	if to, err = walk(t, a, from, start, middle); err != nil {
		return to, err
	}
	return walk(t, a, to, middle, end)
}

func TestInverseIsContinuousAlongLines(t *testing.T) {
	whole := 0
	rapid.Check(t, func(t *rapid.T) {
		b := drawArm(t, rapid.SampledFrom([]limits{tight, wide}).Draw(t, "limits"))
		q := b.home // a turn and more from the limits of a wide arm
		start, end := b.Forward(q), b.Forward(b.drawPosture(t))
		const samples = 50
		for i := range samples {
			var err error
			if q, err = walk(t, b.Arm, q, between(start, end, float64(i)/samples), between(start, end, float64(i+1)/samples)); err != nil {
				return
			}
		}
		whole++
	})
	if whole == 0 {
		t.Error("no line could be walked to its end")
	}
}
