package roarm

import (
	"math"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// The joints of the arm, as indices of a posture.
const (
	base = iota
	shoulder
	elbow
	joints
)

var jointNames = [joints]string{"base", "shoulder", "elbow"}

// posture is the angle of every joint in rad, as the firmware counts them: base left,
// shoulder forward from upright, elbow down from stretched.
type posture [joints]float64

// The arm with a gripper, in mm and rad (RoArm-M2_config.h): the upper arm and the forearm
// are bent, and t2 and t3 are by how much their axes are off.
var (
	l2 = math.Hypot(236.82, 30)
	t2 = math.Atan2(30, 236.82)
	l3 = math.Hypot(280.15, 1.73)
	t3 = math.Atan2(1.73, 280.15)
)

// count is one step of a servo in rad.
const count = 2 * math.Pi / 4096

// angles returns q as it is reported.
func (q posture) angles() (a arm.Angles) {
	copy(a[:], q[:])
	return a
}

// forward returns where the gripper is, in mm.
func (q posture) forward() safety.Point {
	return q.place(t3)
}

// reported returns where the firmware says that the gripper is, in mm: with a gripper it
// leaves t3 out, here but not in its inverse kinematics.
func (q posture) reported() safety.Point {
	return q.place(0)
}

func (q posture) place(bend float64) safety.Point {
	upper, fore := q.limbs(bend)
	out := l2*math.Cos(upper) + l3*math.Cos(fore)
	return safety.Point{
		X: out * math.Cos(q[base]),
		Y: out * math.Sin(q[base]),
		Z: l2*math.Sin(upper) + l3*math.Sin(fore),
	}
}

// limbs returns how far upper arm and forearm point up from level, in rad.
func (q posture) limbs(bend float64) (upper, fore float64) {
	return math.Pi/2 - q[shoulder] - t2, math.Pi/2 - q[shoulder] - q[elbow] - bend
}

// load returns what part of the load that it has when the arm is stretched out level each joint
// has, with most of the weight at the gripper. The base has none.
func (q posture) load() posture {
	upper, fore := q.limbs(t3)
	out := l2*math.Cos(upper) + l3*math.Cos(fore)
	return posture{shoulder: out / (l2 + l3), elbow: math.Cos(fore)}
}

// apart returns the joint that is farthest from where it is in p, and by how much, in rad.
func (q posture) apart(p posture) (joint int, by float64) {
	for j := range q {
		if d := math.Abs(q[j] - p[j]); d > by {
			joint, by = j, d
		}
	}
	return joint, by
}

func (q posture) plus(p posture) posture {
	for j := range q {
		q[j] += p[j]
	}
	return q
}

func (q posture) minus(p posture) posture {
	for j := range q {
		q[j] -= p[j]
	}
	return q
}
