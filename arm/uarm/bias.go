package uarm

import (
	"fmt"

	"github.com/aether-arm/aetherd/safety"
)

// biasFor returns the way from where a setpoint's line begins to where the controller takes the arm
// to be. An arm at rest stands beside that: its joints give way, and its encoders have noise. Its
// setpoints begin where it stands, and the bias keeps their lines as long as their steps.
// M2000 would make both places one, but nothing moves for 600 ms after it.
//
// ok is false for a setpoint that neither follows the last one nor begins where the arm stands.
func (s *session) biasFor(from safety.Point) (bias safety.Point, ok bool) {
	bias = s.motion.end().Sub(from)
	switch {
	case bias.Sub(s.bias).Norm() <= grid:
		return s.bias, true // the rounding of one line does not add to the next one's
	case s.rest.quiet:
		return bias, s.pos.Sub(from).Norm() <= 2*still
	}
	return bias, false
}

// elsewhere tells, once, that an arm at rest is to begin a motion where it does not stand.
func (s *session) elsewhere(from safety.Point) {
	if !s.rest.quiet || s.rest.told {
		return
	}
	s.rest.told = true
	off := s.pos.Sub(from).Norm()
	s.alarm(fmt.Sprintf("the arm stands %.0f mm from where its motion is to begin: it has moved by itself, or was pushed", off), false)
}
