package roarm

import (
	"fmt"
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// mostSag is in rad. Feetech's ST3215 rests 20 to 30 counts off under load with the stiffness
// that it is delivered with (TheRobotStudio/SO-ARM100, issue 134); the firmware halves that
// (ST_PID_P 16). What is more is an obstacle.
const mostSag = 0.12

// course is what the servos were sent. Setpoints are in the frame of what is measured, and the
// servos rest off their goals: bias is what leads from one to the other.
type course struct {
	known bool
	goal  posture      // of the servos
	end   safety.Point // mm, the setpoint that goal is for
	bias  posture      // rad: goal is the posture for end, and this
	sag   posture      // rad, how far from their goals the servos were seen to rest
	load  posture      // under which they were
	held  bool         // the last setpoint was more than the lead let pass
	told  bool         // that the arm does not follow
}

// biasAt returns the bias of a setpoint. One that begins elsewhere than where the last one ended
// begins where the arm was measured at rest. The servos are to go on from the goals that they
// have, so what they sag by stays in these.
func (c *course) biasAt(sp safety.Setpoint) posture {
	if c.known && sp.From == c.end {
		return c.bias
	}
	return c.sag
}

// leastLoad is the part of its greatest load from which on what a joint sags by is taken for load.
const leastLoad = 0.2

// sagAt returns how far from their goals the servos rest where the arm is in q: the load on
// shoulder and elbow falls with the levers, and their sag with it. That it grows is only learned:
// some of it may be friction, or an obstacle.
func (c *course) sagAt(q posture) posture {
	sag, load := c.sag, q.load()
	for _, j := range []int{shoulder, elbow} {
		if math.Abs(c.load[j]) >= leastLoad {
			sag[j] *= max(-1, min(load[j]/c.load[j], 1))
		}
	}
	return sag
}

// aim is where a setpoint sends the servos: in joints, and as the point for which the firmware
// calculates these.
type aim struct {
	goal posture
	to   safety.Point // mm
}

// aimAt returns the aim of a setpoint at p, or why the servos cannot be sent there.
func aimAt(p safety.Point, bias posture) (aim, error) {
	q, err := inverse(p)
	if err != nil || bias == (posture{}) {
		return aim{goal: q, to: p}, err
	}
	a := aim{goal: q.plus(bias)}
	a.to = a.goal.forward()
	if err := a.goal.holdable(); err != nil {
		return aim{}, fmt.Errorf("held up against the load: %w", err)
	}
	return a, nil
}

// weigh learns from an arm that stands how far from their goals its servos rest, and reports
// one that is held back. In a motion it cannot be told what is load and what is obstacle: so
// much is learned that an obstacle is pushed by mostSag at most.
func (s *session) weigh() {
	c, ahead := &s.course, lead(s.cfg.Horizon)
	off, before := c.goal.minus(s.at), c.sagAt(s.at)
	for j := range off {
		most := mostSag
		if c.held {
			most = max(mostSag-ahead, math.Abs(before[j]))
		}
		c.sag[j] = min(max(off[j], -most), most)
	}
	c.load = s.at.load()
	j, by := c.goal.apart(s.at)
	_, left := off.apart(c.sag)
	if follows := by <= mostSag && !(c.held && left > ahead/2); follows || c.told {
		return
	}
	c.told = true
	s.alarm(fmt.Sprintf("%s does not follow: it stands %.1f° from its setpoint (obstacle, overload, or no 12 V supply)",
		jointNames[j], degrees(by)))
}
