package kinematics

import (
	"fmt"
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// Kind is why a point cannot be reached.
type Kind uint8

const (
	NotFinite     Kind = iota + 1 // the point, or the posture given with it, has a coordinate that is no number
	TooFar                        // farther than the links are long
	TooNear                       // nearer to the shoulder than the longer link leaves room for
	OnBaseAxis                    // the tool point on the base's axis, where every yaw reaches it
	ElbowStraight                 // the outer edge of the reach, where the elbow's two sides meet
	ElbowFolded                   // the inner edge of the reach, where they meet again
	JointLimit                    // a joint would have to be outside its limits
	NotAtStart                    // of Step: the arm is not where the line starts
)

// Unreachable is the error of Inverse, Reaches and Step.
type Unreachable struct {
	Kind  Kind
	Point safety.Point // mm
	By    float64      // mm, of TooFar and TooNear

	Joint    int     // of JointLimit and NotAtStart
	Angle    float64 // rad, what JointLimit would need; for NotAtStart how far the joint is away
	Min, Max float64 // rad, the limits of JointLimit
}

// Error says it to a person.
func (u *Unreachable) Error() string {
	p := fmt.Sprintf("%s, %s, %s mm", tenths(u.Point.X), tenths(u.Point.Y), tenths(u.Point.Z))
	switch u.Kind {
	case TooFar:
		return fmt.Sprintf("%s is out of reach: %s mm too far", p, tenths(u.By))
	case TooNear:
		return fmt.Sprintf("%s is out of reach: %s mm too near", p, tenths(u.By))
	case OnBaseAxis:
		return p + " is on the axis of the base, where its yaw is not defined"
	case ElbowStraight:
		return p + " is on the outer edge of the reach, where the elbow is straight"
	case ElbowFolded:
		return p + " is on the inner edge of the reach, where the elbow is folded"
	case JointLimit:
		return fmt.Sprintf("%s needs the %s at %s, limit %s to %s",
			p, Name(u.Joint), degrees(u.Angle), degrees(u.Min), degrees(u.Max))
	case NotAtStart:
		return fmt.Sprintf("%s is not where the arm is: its %s is %s away", p, Name(u.Joint), degrees(u.Angle))
	}
	return p + ", or the posture given with it, is not finite"
}

// tenths formats a length in mm, and never as -0.0.
func tenths(v float64) string {
	if math.Abs(v) < 0.05 {
		v = 0
	}
	return fmt.Sprintf("%.1f", v)
}

// degrees formats an angle in rad.
func degrees(v float64) string { return tenths(v*180/math.Pi) + "°" }
