package feetech

import (
	"errors"
	"math"
	"time"

	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// samePlace is the distance in mm within which two setpoints are the same: far above the
// rounding of float64, far below a count.
const samePlace = 1e-6

// chain is a setpoint and the posture for it, from which the next setpoint goes on.
type chain struct {
	linked  bool // false: the next setpoint begins where the arm is
	holds   bool // of a braking setpoint that cannot be carried out: the goals stay
	point   safety.Point
	posture kinematics.Posture // rad
	bias    [kinematics.Joints]int
}

func (c chain) at(p safety.Point) bool { return c.linked && p.Sub(c.point).Norm() <= samePlace }

// Why a setpoint is taken later, or never.
var (
	errLater = errors.New("a joint is too far behind")
	errStuck = errors.New("no part of the way can be gone")
)

// accepts returns how much of the step can be sent, and keeps what that comes to for move.
func (s *session) accepts(now safety.Instant, sp safety.Setpoint) (part float64) {
	s.planned = chain{}
	if !sp.Braking && !s.takesMotion() {
		return 0
	}
	planned, part, err := s.plan(now, sp)
	switch {
	case err == nil:
		s.planned = planned
		return part
	case sp.Braking:
		// The gate has to come to a stand, and the arm will: the goals stay what they are.
		s.planned = chain{linked: true, holds: true, point: sp.Position}
		return 1
	case err != errLater && !s.told:
		s.refused = err.Error()
	}
	return 0
}

// takesMotion reports whether the servos take setpoints of an order.
func (s *session) takesMotion() bool {
	if s.dead != nil || s.stopped || s.limp || s.faulted || s.rearm != rearmNone {
		return false
	}
	for i := range s.slots {
		if s.slots[i].now != 0 {
			return false
		}
	}
	return true
}

// leastShare of what joints may turn in a tick is less than drift, at every tick that makes sense.
const leastShare = 1.0 / 16

// plan works out what the servos would have to do. Of an arm that stands it is not known how
// fast it is: so a step that is too long for it is not left to be asked for again as it is, but
// joints turn less.
func (s *session) plan(now safety.Instant, sp safety.Setpoint) (c chain, part float64, err error) {
	from := s.chain
	if !from.at(sp.From) {
		if sp.Braking || s.limp || s.rearm != rearmNone {
			return chain{}, 0, errLater // the arm has stopped already
		}
		from = s.here()
	}
	c, part, err = s.planStep(from, sp, s.cfg.Tick)
	shorten := err == errLater && !sp.Braking && s.rests(now)
	for share := 0.5; shorten && share >= leastShare; share /= 2 {
		dt := time.Duration(share * float64(s.cfg.Tick))
		if c, part, err := s.planStep(from, sp, dt); err == nil {
			return c, part, nil
		}
	}
	return c, part, err
}

// planStep is plan for joints that turn for dt at most.
func (s *session) planStep(from chain, sp safety.Setpoint, dt time.Duration) (c chain, part float64, err error) {
	part, posture, err := s.cfg.Arm.Step(from.posture, sp.From, sp.Position, dt)
	if err != nil {
		return chain{}, 0, err
	}
	if !(part > 0) {
		return chain{}, 0, errStuck
	}
	way := sp.Position.Sub(sp.From)
	c = chain{linked: true, point: sp.From.Add(way.Scale(part)), posture: posture, bias: from.bias}
	for i := range s.joints() {
		servo := &s.slots[i]
		if servo.misses > blindLimit || servo.commits(s.goalOf(i, c)) > s.cfg.Horizon-margin {
			return chain{}, 0, errLater
		}
	}
	return c, part, nil
}

// here is the chain that begins where the arm was measured. What the load keeps each joint
// from its goal by stays in the goals: so none of them jumps.
func (s *session) here() chain {
	c := chain{linked: true, posture: s.posture}
	for i := range s.joints() {
		c.bias[i] = withinSag(s.slots[i].off())
	}
	return c
}

// goalOf returns a joint's goal in counts.
func (s *session) goalOf(i int, c chain) int {
	actuator := s.cfg.Arm.Joints[i].Actuator(c.posture[i])
	return s.slots[i].clamped(int(math.Round(actuator*countsPerRad)) + c.bias[i])
}

// move carries out a setpoint that accepts has let pass. It returns the frame, or keeps it for
// when the bus is free.
func (s *session) move(now safety.Instant, sp safety.Setpoint) ([]byte, error) {
	if s.dead != nil {
		return nil, s.dead
	}
	if !s.planned.at(sp.Position) && s.accepts(now, sp) < 1 {
		return nil, nil
	}
	next := s.planned
	if next.holds {
		s.chain = chain{}
		return nil, nil
	}
	next.point = sp.Position
	s.chain, s.planned, s.told = next, chain{}, false
	for i := range s.joints() {
		s.slots[i].goal = s.goalOf(i, next)
	}
	s.lastSet, s.readAt, s.dirty = now, now, true
	return s.sendGoals(now), nil
}

// sendGoals returns the frame of the goals if the bus is free; else it goes out when the last
// answer has come.
func (s *session) sendGoals(now safety.Instant) []byte {
	if !s.dirty || s.switching || !s.free(now) {
		return nil
	}
	return s.goals()
}

// tellRefused tells once for a row of setpoints why none was taken.
func (s *session) tellRefused() {
	if s.refused == "" {
		return
	}
	s.alarm(s.refused, false)
	s.refused, s.told = "", true
}
