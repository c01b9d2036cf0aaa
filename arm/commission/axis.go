package commission

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm/kinematics"
)

// Axis is what Jog turns: a servo by itself, or a joint with its limits.
type Axis struct {
	Name      string
	ID        int
	Low, High int // counts that it stays within
	joint     Joint
}

// ServoAxis is a servo of which only the id is known: its angle is that of its counts, and all of
// its turn is allowed.
func ServoAxis(id int) (Axis, error) {
	if id < 0 || id > lastID {
		return Axis{}, fmt.Errorf("servo id %d: must be 0 to %d", id, lastID)
	}
	return Axis{Name: servoName(id), ID: id, High: lastCount, joint: Joint{Direction: 1}}, nil
}

func servoName(id int) string { return fmt.Sprintf("servo %d", id) }

// Axis returns the joint of that name, base to wrist, or the claw, within its limits.
func (a Arm) Axis(name string) (Axis, error) {
	if name == "claw" && a.Claw.ID != 0 {
		return Axis{
			Name: name, ID: a.Claw.ID, joint: Joint{Direction: 1},
			Low: min(a.Claw.Open, a.Claw.Closed), High: max(a.Claw.Open, a.Claw.Closed),
		}, nil
	}
	for i, j := range a.Joints {
		if name != kinematics.Name(i) {
			continue
		}
		low, high := j.position(j.Min), j.position(j.Max)
		return Axis{Name: name, ID: j.ID, Low: min(low, high), High: max(low, high), joint: j}, nil
	}
	return Axis{}, fmt.Errorf("joint %q: there is none; write base, shoulder, elbow, wrist or, where there is one, claw", name)
}

// text returns a position as an angle and in counts.
func (a Axis) text(position int) string {
	return fmt.Sprintf("%.1f° (%d counts)", a.joint.angle(position), position)
}

// target returns the counts that are by degrees away from a position, in the joint's sense.
func (a Axis) target(from int, by float64) (int, error) {
	to := from + a.joint.Direction*counts(by)
	switch {
	case to == from:
		return 0, fmt.Errorf("%s: %g° is less than one count", a.Name, by)
	case to < a.Low || to > a.High:
		return 0, fmt.Errorf("%s stands at %s; %+g° from there is beyond its limits, %s to %s",
			a.Name, a.text(from), by, a.text(a.Low), a.text(a.High))
	}
	return to, nil
}
