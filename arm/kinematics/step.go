package kinematics

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Step returns the largest part, 0 to 1, of the straight way from start to end (mm) that the
// arm can be at after dt with no joint above its speed, and the posture there. from is the
// posture commanded last, with the tool point at start. Where the hand of from has another
// pitch than the arm's, it comes to it evenly along the way. On a way so long that a joint
// turns to and fro, part is a place from which any farther is too fast.
//
// Step keeps the side of the elbow, and no joint of it jumps by a turn. So it refuses an end
// that only the other side reaches, and what is beyond a joint's limit, also where Inverse has a posture.
//
// An error is an *Unreachable: of end, or of the point that would be reached now. Then nothing
// moves, part is 0 and to is from.
func (a *Arm) Step(from Posture, start, end safety.Point, dt time.Duration) (part float64, to Posture, err error) {
	if !start.Finite() || !end.Finite() || !from.finite() {
		return 0, from, &Unreachable{Kind: NotFinite, Point: end}
	}
	side, err := a.side(from, end)
	if err != nil {
		return 0, from, err
	}
	if err := a.reachesOn(side, end, from); err != nil {
		return 0, from, err
	}
	w := way{arm: a, from: from, start: start, end: end, side: side,
		pitch: math.Remainder(from.pitch()-a.Pitch, turn)}
	dt = max(dt, 0)
	part, to = 1, w.at(1)
	if _, by := a.overspeed(from, to, dt); by > 0 {
		to = w.at(0)
		if joint, by := a.overspeed(from, to, dt); by > 0 {
			return 0, from, &Unreachable{Kind: NotAtStart, Point: start, Joint: joint, Angle: math.Abs(to[joint] - from[joint])}
		}
		part = w.fastest(dt)
		to = w.at(part)
	}
	if err := w.admit(part, &to); err != nil {
		return 0, from, err
	}
	return part, to, nil
}

// reachesOn returns why no posture with the elbow on that side has the tool point at p.
func (a *Arm) reachesOn(side float64, p safety.Point, near Posture) error {
	w := a.Links.wrist(p, a.Pitch)
	if err := a.Links.obstacle(w, p); err != nil {
		return err
	}
	q := a.fitted(w, side, near)
	return a.limit(&q, p)
}

// side returns the sign of the elbow's angle that a way from from to end has. A posture
// too near to straight or folded to have one goes to that of the nearest posture at end.
func (a *Arm) side(from Posture, end safety.Point) (float64, error) {
	sin := math.Sin(from[Elbow])
	if math.Abs(sin) < math.Sin(elbowMargin) {
		q, err := a.Inverse(end, from)
		if err != nil {
			return 0, err
		}
		sin = math.Sin(q[Elbow])
	}
	return math.Copysign(1, sin), nil
}

// overspeed returns the joint that is the most too fast for turning from one posture to the
// other within dt, and by how many rad; by is not positive if none is.
func (a *Arm) overspeed(from, to Posture, dt time.Duration) (joint int, by float64) {
	by = math.Inf(-1)
	for i, j := range a.Joints {
		if b := math.Abs(to[i]-from[i]) - j.Speed*dt.Seconds() - rounding; b > by {
			joint, by = i, b
		}
	}
	return joint, by
}

// way is the straight way of one Step.
type way struct {
	arm        *Arm
	from       Posture
	start, end safety.Point
	side       float64
	pitch      float64 // rad, of from's hand above the arm's pitch
}

func (w *way) point(part float64) safety.Point {
	return w.start.Scale(1 - part).Add(w.end.Scale(part)) // exact at both ends, however far apart
}

func (w *way) pitchAt(part float64) float64 { return w.arm.Pitch + (1-part)*w.pitch }

// at returns the posture there, on the turns of from. It is continuous in part, also
// through points that admit refuses.
func (w *way) at(part float64) Posture {
	pitch := w.pitchAt(part)
	q := w.arm.Links.posture(w.arm.Links.wrist(w.point(part), pitch), pitch, w.side)
	for i := range q {
		q[i] = nearestTurn(q[i], w.from[i])
	}
	return q
}

// admit refuses a singular point and a posture outside the limits.
func (w *way) admit(part float64, q *Posture) error {
	p := w.point(part)
	if err := w.arm.Links.obstacle(w.arm.Links.wrist(p, w.pitchAt(part)), p); err != nil {
		return err
	}
	return w.arm.limit(q, p)
}

// bisections narrow the part down to 1e-12, of a way of a metre a millionth of a µm.
const bisections = 40

// fastest returns the part where the first joint comes to its speed. At part 0 none has, at 1 one has.
func (w *way) fastest(dt time.Duration) float64 {
	low, high := 0.0, 1.0
	for range bisections {
		part := (low + high) / 2
		if _, by := w.arm.overspeed(w.from, w.at(part), dt); by > 0 {
			high = part
		} else {
			low = part
		}
	}
	return low
}
