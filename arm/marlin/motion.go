package marlin

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// apart is the distance in mm between where the controller stands and where it was sent, or
// where a motion is to begin, above which they are two places. Marlin keeps the last five
// steps of an axis for the next motion (MIN_STEPS_PER_SEGMENT).
const apart = 0.5

const (
	// shortest is the way in mm below which a motion is not sent by itself. Marlin would not
	// plan one of five steps or less, nor say so, and its planner would hold less than the
	// model believes.
	shortest = 0.15
	// heldTicks is for how long it waits for another setpoint.
	heldTicks = 2
)

// takesMotion reports whether a setpoint is taken, horizon and window aside.
func (s *session) takesMotion() bool { return s.sendsMotion() && s.grip == safety.GripperUnchanged }

// sendsMotion reports whether a G1 may be sent, horizon and window aside. One that is held is
// sent before a grip that waits: the gripper is told when the arm has come to its end.
func (s *session) sendsMotion() bool {
	return s.dead == nil && s.open == nil && s.halted == "" && !s.noisy && !s.astray &&
		s.stop.phase == stopNone && !s.stop.latched && s.locate == locateNone &&
		!s.ledger.has(lineGrip) && !s.ledger.has(lineMode) && len(s.modes) == 0
}

func (s *session) accepts(now safety.Instant, sp safety.Setpoint) bool {
	s.observe(now)
	if !s.takesMotion() || !sp.From.Finite() || !sp.Position.Finite() || math.IsNaN(sp.Speed) {
		return false
	}
	if sp.From.Sub(s.aim()).Norm() > apart {
		s.astray = true // Service says so: here the gate is locked
		return false
	}
	return s.fits(now, s.motion(sp))
}

// fits reports whether a motion can be sent now.
func (s *session) fits(now safety.Instant, m motion) bool {
	return s.ledger.room() && len(appendMove(s.text[:0], m)) <= lineBytes &&
		s.plan.takes(now, append(s.flight[:len(s.flight):len(s.flight)], m), s.cfg.Horizon-margin)
}

// move returns the frame of a setpoint, none for one that is so near that it waits for the
// next one.
func (s *session) move(now safety.Instant, sp safety.Setpoint) ([]byte, error) {
	if s.dead != nil {
		return nil, s.dead
	}
	s.observe(now)
	m := s.motion(sp)
	if s.quiet {
		s.quiet, s.pollAt, s.fooled = false, now+movingPoll, 0
	}
	s.wake()
	if m.to.Sub(s.end()).Norm() < shortest {
		s.held = &held{m, now + heldTicks*s.cfg.Tick}
		return nil, nil
	}
	return s.sendMotion(now, m), nil
}

func (s *session) motion(sp safety.Setpoint) motion {
	to := onGrid(sp.Position)
	length := to.Sub(s.aim()).Norm()
	return motion{to, feed(sp, length, s.cfg.Tick.Seconds(), min(s.cfg.Speed, s.limits.rate))}
}

func (s *session) sendMotion(now safety.Instant, m motion) []byte {
	s.held = nil
	s.flight = append(s.flight, m)
	s.text = appendMove(s.text[:0], m)
	return s.send(now, line{kind: lineMove}, s.text)
}

// held is a motion that is too short to be sent, and waits for the next setpoint.
type held struct {
	motion
	until safety.Instant // no longer than that
}

// dueHeld returns the motion that has waited long enough.
func (s *session) dueHeld(now safety.Instant) []byte {
	switch {
	case s.held == nil || now < s.held.until:
		return nil
	case s.held.to == s.end():
		s.held = nil
		return nil
	case !s.sendsMotion() || !s.fits(now, s.held.motion):
		s.held.until = now + s.cfg.Tick
		return nil
	}
	return s.sendMotion(now, s.held.motion)
}

// aim returns where the last setpoint that was taken goes.
func (s *session) aim() safety.Point {
	if s.held != nil {
		return s.held.to
	}
	return s.end()
}

// moved takes the answer to a G1. One that was refused is not in the planner.
func (s *session) moved(refused string) {
	if refused == "" {
		s.arrived++
		s.wake()
		return
	}
	if s.arrived < len(s.flight) {
		s.flight = append(s.flight[:s.arrived], s.flight[s.arrived+1:]...)
	}
	s.alarm("motion refused: " + refused)
}
