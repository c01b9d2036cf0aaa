package kinematics

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestValidateNamesEveryValue(t *testing.T) {
	for _, c := range []struct {
		name string
		with func(a *Arm)
		want []string
	}{
		{"nothing", func(*Arm) {}, nil},
		{"no offset, no hand", func(a *Arm) { a.Links.Offset, a.Links.Hand = 0, 0 }, nil},
		{"lengths", func(a *Arm) {
			a.Links = Links{Height: math.NaN(), Offset: math.Inf(-1), Upper: 0.12, Fore: -130, Hand: -1}
		}, []string{
			"height is NaN mm: it must be -10000 to 10000",
			"offset is -Inf mm: it must be -10000 to 10000",
			"upper arm is 0.12 mm: it must be 1 to 10000",
			"forearm is -130 mm: it must be 1 to 10000",
			"hand is -1 mm: it must be 0 to 10000",
		}},
		{"pitch in degrees", func(a *Arm) { a.Pitch = -90 }, []string{"pitch is -90 rad: it must be -π to π"}},
		{"no joints", func(a *Arm) { a.Joints = [Joints]Joint{Elbow: a.Joints[Elbow], Wrist: a.Joints[Wrist]} }, []string{
			"base: lower limit 0 rad is not below the upper limit 0 rad",
			"direction is 0: it must be 1 or -1",
			"speed is 0 rad/s: it must be positive and finite",
			"shoulder: lower limit 0 rad is not below the upper limit 0 rad",
			"direction is 0: it must be 1 or -1",
			"speed is 0 rad/s: it must be positive and finite",
		}},
		{"joint in degrees", func(a *Arm) { a.Joints[Wrist] = Joint{Min: -90, Max: 90, Zero: 180, Direction: 1, Speed: 1} }, []string{
			"wrist: lower limit is -90 rad: it must be -4π to 4π",
			"upper limit is 90 rad: it must be -4π to 4π",
			"zero is 180 rad: it must be -4π to 4π",
		}},
		{"not finite", func(a *Arm) {
			a.Joints[Base] = Joint{Min: math.NaN(), Max: math.Inf(1), Direction: math.NaN(), Speed: math.Inf(1)}
		}, []string{
			"base: lower limit is NaN rad: it must be -4π to 4π",
			"upper limit is +Inf rad: it must be -4π to 4π",
			"lower limit NaN rad is not below the upper limit +Inf rad",
			"direction is NaN: it must be 1 or -1",
			"speed is +Inf rad/s: it must be positive and finite",
		}},
		{"elbow without room", func(a *Arm) { a.Joints[Elbow].Min = -0.03 }, []string{
			"elbow: the limits -1.7° to 0.0° leave it no room beside straight and folded"}},
		{"pitch out of the limits", func(a *Arm) { a.Pitch, a.Joints[Shoulder].Max, a.Joints[Wrist].Max = 60*degree, 0.1, 0.1 }, []string{
			"pitch 60.0°: the limits of shoulder, elbow and wrist leave the hand no such pitch, only -270.0° to 11.5°"}},
	} {
		a := desk()
		c.with(a)
		var got []string
		if err := a.Validate(); err != nil {
			got = strings.Split(err.Error(), "\n")
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}
