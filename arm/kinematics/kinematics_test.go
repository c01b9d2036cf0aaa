package kinematics

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

var micro = cmpopts.EquateApprox(0, 1e-6)

// known are postures of desk whose tool points add up by hand.
var known = []struct {
	name string
	q    Posture // degrees
	p    safety.Point
}{
	{"stretched ahead", Posture{0, 0, 0, 0}, safety.Point{X: 350, Z: 100}},
	{"stretched to the left", Posture{90, 0, 0, 0}, safety.Point{Y: 350, Z: 100}},
	{"stretched behind", Posture{-180, 0, 0, 0}, safety.Point{X: -350, Z: 100}},
	{"upright", Posture{0, 90, 0, 0}, safety.Point{X: 20, Z: 430}},
	{"elbow up, a gallows", Posture{0, 90, -90, 0}, safety.Point{X: 230, Z: 220}},
	{"elbow up, to the right", Posture{-90, 90, -90, 0}, safety.Point{Y: -230, Z: 220}},
	{"forearm hangs, hand level", Posture{0, 0, -90, 90}, safety.Point{X: 220, Z: -30}},
	{"forearm stands, hand level", Posture{0, 0, 90, -90}, safety.Point{X: 220, Z: 230}},
	{"hand up", Posture{0, 0, 0, 90}, safety.Point{X: 270, Z: 180}},
	{"hand down", Posture{0, 90, -90, -90}, safety.Point{X: 150, Z: 140}},
}

func radians(q Posture) Posture {
	for i := range q {
		q[i] *= degree
	}
	return q
}

func TestForward(t *testing.T) {
	for _, k := range known {
		if diff := cmp.Diff(k.p, desk().Forward(radians(k.q)), micro); diff != "" {
			t.Errorf("%s (-want +got)\n%s", k.name, diff)
		}
	}
}

func TestActuatorRoundTrip(t *testing.T) {
	servo := Joint{Zero: 3, Direction: -1}
	if got := servo.Actuator(1); got != 2 {
		t.Errorf("a joint at 1 rad shows %v, want 2", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		b := drawArm(t, mixed)
		q := drawNear(t)
		for i, j := range b.Joints {
			if back := j.Angle(j.Actuator(q[i])); math.Abs(back-q[i]) > 1e-12 {
				t.Fatalf("%s: %v came back as %v", Name(i), q[i], back)
			}
		}
	})
}

func TestNames(t *testing.T) {
	got := []string{Name(Base), Name(Shoulder), Name(Elbow), Name(Wrist)}
	if diff := cmp.Diff([]string{"base", "shoulder", "elbow", "wrist"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
