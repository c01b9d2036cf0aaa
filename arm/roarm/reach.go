package roarm

import (
	"errors"
	"fmt"
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// limits are those that the firmware clips a joint to without a word (RoArm-M2_module.h).
// The base's stops short of half a turn: its servo's counts end there.
var limits = [joints]struct{ least, most float64 }{
	base:     {-3.13, 3.13},
	shoulder: {-math.Pi / 2, math.Pi / 2},
	elbow:    {-0.34, 3.14},
}

const (
	// axisMargin is in mm. Nearer to the base's axis a step of a millimetre turns the base
	// by more than 5°, and on it the yaw is not defined.
	axisMargin = 10
	// straightMargin is in mm. Nearer to its full length the arm turns its elbow by
	// degrees for a tenth of a millimetre, and beyond it the firmware calculates NaN.
	straightMargin = 1
	// sagRoom is in mm: so much nearer than that the elbow is bent by mostSag more, by which its
	// servo is sent farther up than the arm rests.
	sagRoom = 3
)

var (
	farthest = l2 + l3 - straightMargin
	// nearest is where the elbow comes to its limit, by the law of cosines.
	nearest = math.Sqrt(l2*l2 + l3*l3 + 2*l2*l3*math.Cos(limits[elbow].most-t2+t3))
)

// inverse returns the posture in which the firmware brings the gripper to p, or why it
// cannot. It has exactly one for every point.
func inverse(p safety.Point) (posture, error) {
	if !p.Finite() {
		return posture{}, errors.New("it is not a point")
	}
	out := math.Hypot(p.X, p.Y)
	far := math.Hypot(out, p.Z)
	switch {
	case out < axisMargin:
		return posture{}, fmt.Errorf("it is %.1f mm from the axis of the base, where its yaw is not defined", out)
	case far > farthest:
		return posture{}, fmt.Errorf("%.1f mm too far", far-farthest)
	case far < nearest:
		return posture{}, fmt.Errorf("%.1f mm too near", nearest-far)
	}
	up := math.Atan2(p.Z, out)
	psi := math.Acos((l2*l2 + far*far - l3*l3) / (2 * l2 * far))
	omega := math.Acos((l3*l3 + far*far - l2*l2) / (2 * l3 * far))
	q := posture{
		base:     math.Atan2(p.Y, p.X),
		shoulder: math.Pi/2 - up - psi - t2,
		elbow:    psi + omega + t2 - t3,
	}
	return q, q.within()
}

// within reports a joint that is beyond its limit.
func (q posture) within() error {
	for j, l := range limits {
		if q[j] < l.least || q[j] > l.most {
			return fmt.Errorf("needs the %s at %.1f°, limit %.1f° to %.1f°",
				jointNames[j], degrees(q[j]), degrees(l.least), degrees(l.most))
		}
	}
	return nil
}

// reaches returns nil if the arm can go to p, whatever its servos sag by there.
func reaches(p safety.Point) error {
	_, err := inverse(p)
	if far := p.Norm(); err == nil && far > farthest-sagRoom {
		err = fmt.Errorf("%.1f mm too far for an arm that sags", far-farthest+sagRoom)
	}
	if err != nil {
		return fmt.Errorf("%.1f, %.1f, %.1f mm is out of reach: %w", p.X, p.Y, p.Z, err)
	}
	return nil
}

// holdable returns nil if the firmware, sent to where the gripper is in q, brings the arm
// into this posture and no other.
func (q posture) holdable() error {
	there, err := inverse(q.forward())
	if err != nil {
		return err
	}
	if j, by := there.apart(q); by > samePosture {
		return fmt.Errorf("the %s would turn by %.1f°", jointNames[j], degrees(by))
	}
	return nil
}

// samePosture is the distance in rad below which two postures are the same: what a point
// loses when it is rounded for the wire, and a few counts.
const samePosture = 0.02

func degrees(rad float64) float64 { return rad * 180 / math.Pi }
