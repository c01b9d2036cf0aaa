package feetech

import (
	"errors"
	"fmt"

	"github.com/aether-arm/aetherd/safety"
)

type rearmPhase uint8

const (
	rearmNone   rearmPhase = iota
	rearmHere              // a cycle is to show where the servos are
	rearmGoals             // that became their goals; a cycle is to show it
	rearmTorque            // motors were switched on; a cycle is to show it
)

// rearmTries is how many cycles in a row may not show what was written.
const rearmTries = 20

// rearmNow makes the arm ready to move. If nothing was wrong there is nothing to do: the servos
// hold. If it is limp or something was wrong, every servo's goal is put to where it is, then
// motors go on. What is wrong still is told again.
func (s *session) rearmNow(now safety.Instant) {
	s.stopped, s.told = false, false
	if s.limp || s.faulted {
		s.beginRearm(now)
	}
}

func (s *session) beginRearm(now safety.Instant) {
	s.rearm, s.tries, s.failed = rearmHere, 0, nil
	s.chain, s.grip = chain{}, safety.GripperUnchanged
	s.dirty, s.switching = false, false
	s.readAt = now
	for i := range s.slots {
		s.slots[i].told = 0
	}
}

// rearmStep takes a complete cycle.
func (s *session) rearmStep(now safety.Instant) {
	switch s.rearm {
	case rearmHere:
		s.goalsHere()
	case rearmGoals:
		if servo := s.unlike((*slot).holds); servo != nil {
			s.again(servo, "does not take its position as its goal, or does not come to rest")
			return
		}
		s.rearm, s.switching = rearmTorque, true
	case rearmTorque:
		if servo := s.unlike(func(l *slot) bool { return l.is.torque }); servo != nil {
			s.again(servo, "does not switch its motor on")
			return
		}
		s.rearmed(now)
	}
}

// goalsHere makes every servo's position its goal, but for one that holds already. If one is
// where no goal can be it gives up, and sends none.
func (s *session) goalsHere() {
	if servo := s.unlike(func(l *slot) bool { return withinTurn(l.is.position) }); servo != nil {
		s.failRearm(errors.New(s.describe(servo, troubleOutside)))
		s.tellOutside(servo)
		return
	}
	for i := range s.slots {
		servo := &s.slots[i]
		if servo.goal = servo.is.position; servo.keeps() {
			servo.goal = servo.is.goal
		}
	}
	s.rearm, s.dirty = rearmGoals, true
}

// keeps reports whether the servo stands at its goal with its motor on, as near as its load
// lets it. A new goal would let it sink a little. A claw may hold something between.
func (s *slot) keeps() bool {
	off := distance(s.is.goal, s.is.position)
	return s.is.torque && s.is.slow() && s.is.faults == 0 && (s.name == clawName || off <= sag)
}

// holds reports whether the servo's goal is where it is.
func (s *slot) holds() bool {
	return s.is.goal == s.goal && (s.keeps() || distance(s.off(), 0) <= near)
}

// unlike returns the first servo for which ok is not true.
func (s *session) unlike(ok func(*slot) bool) *slot {
	for i := range s.slots {
		if !ok(&s.slots[i]) {
			return &s.slots[i]
		}
	}
	return nil
}

// again begins anew with where the servos are now, or gives up.
func (s *session) again(servo *slot, what string) {
	if s.tries++; s.tries < rearmTries {
		s.goalsHere()
		return
	}
	err := fmt.Errorf("%s: servo %d %s", servo.name, servo.id, what)
	s.failRearm(err)
	s.alarm(err.Error(), false)
}

// failRearm gives up. What holds goes on holding, and what is limp stays so.
func (s *session) failRearm(err error) {
	s.rearm, s.failed, s.faulted = rearmNone, err, true
	s.waiting = safety.GripperUnchanged
}

// rearmed ends a rearming: every servo holds where it is. The claw gets what it was told
// meanwhile.
func (s *session) rearmed(now safety.Instant) {
	s.rearm, s.limp, s.faulted = rearmNone, false, false
	for i := range s.joints() {
		servo := &s.slots[i]
		servo.standing, servo.pace = withinSag(servo.off()), servo.speed/slowestPace
		if servo.outside() {
			s.tellOutside(servo)
		}
	}
	if g := s.waiting; g != safety.GripperUnchanged && !s.faulted {
		s.sendClaw(now, g)
	}
	s.waiting = safety.GripperUnchanged
}

// tellOutside locks the arm until the servo is where it may be.
func (s *session) tellOutside(servo *slot) {
	servo.now |= troubleOutside
	servo.told |= troubleOutside
	s.faulted, s.locked = true, true
	s.alarm(s.describe(servo, troubleOutside), true)
}
