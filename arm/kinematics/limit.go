package kinematics

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

const turn = 2 * math.Pi

// rounding is how far beyond a limit an angle is still taken for one at the limit, in rad:
// well above the rounding of the arithmetic, and at two metres 0.2 µm.
const rounding = 1e-10

// nearestTurn returns angle plus the whole turns that bring it nearest to near.
func nearestTurn(angle, near float64) float64 {
	return angle + turn*math.Round((near-angle)/turn)
}

// beyond returns how far angle is outside the limits, 0 if it is within.
func (j Joint) beyond(angle float64) float64 {
	return max(0, j.Min-angle, angle-j.Max)
}

// fitted returns angle plus the whole turns that bring it within the limits and, of several
// such, nearest to near; if none does, those that bring it nearest to the limits. near is within
// the limits, or not far outside.
func (j Joint) fitted(angle, near float64) float64 {
	angle = nearestTurn(angle, near)
	if j.beyond(angle) <= rounding {
		return angle
	}
	other := angle + math.Copysign(turn, j.Min-angle)
	if j.beyond(other) < j.beyond(angle) {
		return other
	}
	return angle
}

// worst returns the joint that is farthest outside its limits, and how far.
func (a *Arm) worst(q Posture) (joint int, by float64) {
	for i, j := range a.Joints {
		if b := j.beyond(q[i]); b > by {
			joint, by = i, b
		}
	}
	return joint, by
}

// limit refuses a posture for p outside the limits. What is outside by rounding it puts onto the limit.
func (a *Arm) limit(q *Posture, p safety.Point) error {
	if worst, by := a.worst(*q); by > rounding {
		j := a.Joints[worst]
		return &Unreachable{Kind: JointLimit, Point: p, Joint: worst, Angle: q[worst], Min: j.Min, Max: j.Max}
	}
	for i, j := range a.Joints {
		q[i] = min(max(q[i], j.Min), j.Max)
	}
	return nil
}
