package feetech

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// gripNow tells the claw where to go. Its goal rides in the frame of all goals. During a
// rearming it waits: that puts the claw's goal to where it is.
func (s *session) gripNow(now safety.Instant, g safety.Gripper) []byte {
	switch {
	case s.claw() == nil || s.stopped:
		return nil
	case s.rearm != rearmNone:
		s.waiting = g
		return nil
	case s.limp:
		return nil
	}
	s.sendClaw(now, g)
	return s.sendGoals(now)
}

// sendClaw makes the opening the claw's goal.
func (s *session) sendClaw(now safety.Instant, g safety.Gripper) {
	claw := s.claw()
	claw.goal = s.cfg.Claw.at(g)
	claw.stillSince = now
	s.grip, s.dirty, s.readAt = g, true, now
}

// at returns the position in counts of an opening.
func (c *Claw) at(g safety.Gripper) int {
	part := float64(g.Opening()) / 100
	return c.Closed + int(math.Round(part*float64(c.Open-c.Closed)))
}

// gripStep tells that the claw stands: where it was sent, or at what it holds.
func (s *session) gripStep(now safety.Instant) {
	claw := s.claw()
	if s.grip == safety.GripperUnchanged || claw.is.goal != claw.goal || !claw.stands(now) {
		return
	}
	s.tell(event{kind: evGripped, grip: s.grip})
	s.grip = safety.GripperUnchanged
}
