package commission

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/kinematics"
)

// TestJointFollowsFromMeasurement: in the reference posture the joint has the reference's
// angle, a turn that raises the angle has the sign that was seen, and the limits lie inside of
// the range by the margin, in the driver's own arithmetic too.
func TestJointFollowsFromMeasurement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.IntRange(0, lastCount-200).Draw(t, "low")
		m := measured{low: low, high: rapid.IntRange(low+120, lastCount).Draw(t, "high")}
		m.reference = rapid.IntRange(m.low, m.high).Draw(t, "reference")
		m.direction = rapid.SampledFrom([]int{-1, 1}).Draw(t, "direction")
		i := rapid.IntRange(0, kinematics.Joints-1).Draw(t, "joint")
		a := newArm()
		a.Joints[i] = m.joint(a.Joints[i], reference[i].angle)
		j, driver := a.Joints[i], a.kinematics().Joints[i]

		if got := j.angle(m.reference); math.Abs(got-reference[i].angle) > 1e-9 {
			t.Fatalf("angle %v in the reference posture, want %v", got, reference[i].angle)
		}
		if up := j.angle(m.reference + m.direction); up <= reference[i].angle {
			t.Fatalf("%+d counts bring it to %v", m.direction, up)
		}
		for _, position := range []int{m.low, m.reference, m.high} {
			if got, want := driver.Angle(radians(degrees(position))), radians(j.angle(position)); math.Abs(got-want) > 1e-9 {
				t.Fatalf("at %d counts the driver has %v rad, this %v", position, got, want)
			}
		}
		if j.Min > j.Max {
			t.Skip("no room") // Validate says so
		}
		for _, limit := range []float64{j.Min, j.Max} {
			at := degrees(j.position(limit))
			if at < degrees(m.low)+Margin-0.1 || at > degrees(m.high)-Margin+0.1 {
				t.Fatalf("limit %v° is at %.2f°, of a range from %.2f° to %.2f°", limit, at, degrees(m.low), degrees(m.high))
			}
		}
		if j.Min < -180 || j.Max > 180 {
			t.Fatalf("limits %v° to %v°", j.Min, j.Max)
		}
	})
}

// measuredArm is an arm that can work.
func measuredArm() Arm {
	a := newArm()
	a.Links = kinematics.Links{Height: 100, Upper: 120, Fore: 120, Hand: 80}
	for i := range a.Joints {
		m := measured{low: 900, high: 3200, reference: 2000, direction: 1}
		a.Joints[i] = m.joint(a.Joints[i], reference[i].angle)
	}
	return a
}

func TestValidate(t *testing.T) {
	if err := measuredArm().validate(); err != nil {
		t.Errorf("a sound arm: %v", err)
	}
	for _, c := range []struct {
		name   string
		change func(a *Arm)
		want   string
	}{
		{"a zero beyond the turn", func(a *Arm) {
			a.Joints[kinematics.Shoulder] = measured{low: 200, high: 2500, reference: 1000, direction: 1}.joint(a.Joints[1], 90)
		}, "shoulder: its angle 0 would be at -24 counts"},
		{"no length", func(a *Arm) { a.Links.Upper = math.NaN() }, "upper arm is NaN mm"},
		{"limits that cross", func(a *Arm) { a.Joints[0].Min, a.Joints[0].Max = 3, -3 }, "base: lower limit"},
		{"a hand that cannot be level", func(a *Arm) {
			for i, limits := range [][2]float64{{-90, 90}, {80, 100}, {-20, -10}, {-10, 10}} {
				a.Joints[i].Min, a.Joints[i].Max = limits[0], limits[1]
			}
		}, "pitch"},
	} {
		a := measuredArm()
		c.change(&a)
		if err := a.validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
