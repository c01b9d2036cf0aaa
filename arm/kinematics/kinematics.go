package kinematics

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// Joint indices of a Posture.
const (
	Base = iota
	Shoulder
	Elbow
	Wrist
	Joints
)

var names = [Joints]string{"base", "shoulder", "elbow", "wrist"}

// Name returns the word for a joint index, "base" to "wrist".
func Name(joint int) string { return names[joint] }

// Names lists the words for the joints, in the order of a Posture.
func Names() []string { return names[:] }

// Posture is the angle of every joint, in rad. Base: yaw, left positive. Shoulder: of the
// upper arm above the horizontal. Elbow: of the forearm against the upper arm, 0 straight,
// positive bends up; the usual "elbow up" is negative. Wrist: of the hand against the
// forearm. Shoulder + Elbow + Wrist is the pitch of the hand above the horizontal.
type Posture [Joints]float64

func (q Posture) pitch() float64 { return q[Shoulder] + q[Elbow] + q[Wrist] }

// finite reports whether every angle is, and with them every sum of them.
func (q Posture) finite() bool {
	var sum float64
	for _, angle := range q {
		sum += math.Abs(angle)
	}
	return sum <= math.MaxFloat64
}

// Links are the lengths of an arm, in mm.
type Links struct {
	Height float64 // of the shoulder's axis over the origin
	Offset float64 // of the shoulder's axis in front of the base's axis
	Upper  float64 // shoulder to elbow
	Fore   float64 // elbow to wrist
	Hand   float64 // wrist to tool point
}

// Joint is one joint and the actuator that turns it.
type Joint struct {
	Min, Max  float64 // rad, limits of the joint's angle
	Zero      float64 // rad, what the actuator shows where the joint's angle is 0
	Direction float64 // +1 or -1: the sense of the actuator against the joint's
	Speed     float64 // rad/s, most
}

// Actuator returns what the actuator shows at a joint's angle, both in rad.
func (j Joint) Actuator(angle float64) float64 { return j.Zero + j.Direction*angle }

// Angle returns the joint's angle where the actuator shows actuator, both in rad.
func (j Joint) Angle(actuator float64) float64 { return j.Direction * (actuator - j.Zero) }

// Arm is one arm as it was built and as it is held: Pitch, in rad above the horizontal, is
// that of the hand in every posture that Inverse returns. Its methods expect what Validate
// passes, and change nothing.
type Arm struct {
	Links  Links
	Pitch  float64
	Joints [Joints]Joint
}

// Forward returns where the tool point is in a posture of any pitch, in mm.
func (a *Arm) Forward(q Posture) safety.Point {
	l := a.Links
	sinUpper, cosUpper := math.Sincos(q[Shoulder])
	sinFore, cosFore := math.Sincos(q[Shoulder] + q[Elbow])
	sinHand, cosHand := math.Sincos(q.pitch())
	sinYaw, cosYaw := math.Sincos(q[Base])
	out := l.Offset + l.Upper*cosUpper + l.Fore*cosFore + l.Hand*cosHand
	up := l.Height + l.Upper*sinUpper + l.Fore*sinFore + l.Hand*sinHand
	return safety.Point{X: out * cosYaw, Y: out * sinYaw, Z: up}
}
