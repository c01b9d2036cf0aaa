package kinematics

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// Inverse returns the posture that has the tool point at p (mm) with the hand at the arm's
// pitch, of those within the joint limits the one nearest to near. near is any posture; it
// also decides among whole turns of a joint. An error is an *Unreachable.
func (a *Arm) Inverse(p safety.Point, near Posture) (Posture, error) {
	if !p.Finite() || !near.finite() {
		return Posture{}, &Unreachable{Kind: NotFinite, Point: p}
	}
	w := a.Links.wrist(p, a.Pitch)
	if err := a.Links.obstacle(w, p); err != nil {
		return Posture{}, err
	}
	for i, j := range a.Joints {
		near[i] = min(max(near[i], j.Min), j.Max)
	}
	up, down := a.fitted(w, -1, near), a.fitted(w, +1, near)
	_, upBy := a.worst(up)
	_, downBy := a.worst(down)
	best := up
	switch {
	case upBy > rounding:
		if downBy < upBy {
			best = down
		}
	case downBy <= rounding && down.from(near) < up.from(near):
		best = down
	}
	if err := a.limit(&best, p); err != nil {
		return Posture{}, err
	}
	return best, nil
}

// Reaches returns nil if some posture within the limits has the tool point at p (mm), and
// otherwise the *Unreachable that says why none has.
func (a *Arm) Reaches(p safety.Point) error {
	_, err := a.Inverse(p, Posture{})
	return err
}

// fitted is the posture with the wrist at w, every angle on the turn that its limits ask for.
func (a *Arm) fitted(w wrist, side float64, near Posture) Posture {
	q := a.Links.posture(w, a.Pitch, side)
	for i, j := range a.Joints {
		q[i] = j.fitted(q[i], near[i])
	}
	return q
}

// from returns the distance between two postures, in rad.
func (q Posture) from(r Posture) float64 {
	var sum float64
	for i := range q {
		sum += (q[i] - r[i]) * (q[i] - r[i])
	}
	return math.Sqrt(sum)
}
