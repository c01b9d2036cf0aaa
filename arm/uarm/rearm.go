package uarm

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

type rearmPhase uint8

const (
	rearmNone   rearmPhase = iota
	rearmHold              // the motors are to be switched on
	rearmClear             // the controller is to read the encoders
	rearmSettle            // it has, the arm is to stand
)

// rearmNow switches the motors on after a relax, where the arm then is, and lets the
// controller plan from there. Else there is nothing to do: a stop ends with that.
func (s *session) rearmNow(now safety.Instant) []byte {
	switch {
	case s.relaxed:
		s.rearm = rearmHold
	case !s.synced:
		s.rearm = rearmClear
	default:
		return nil
	}
	s.tell(func(f arm.Feedback) { f.Wake() })
	return s.dueRearm(now)
}

// dueRearm returns what the controller needs sent now to take motion again.
func (s *session) dueRearm(now safety.Instant) []byte {
	if s.stop.phase != stopNone || s.clearing() || s.ledger.full() {
		return nil
	}
	switch {
	case s.rearm == rearmHold && !s.ledger.has(lineHold):
		return s.send(now, lineHold, "M17")
	case s.rearm == rearmClear:
		return s.send(now, lineClear, "M2000")
	}
	return nil
}

// held takes the answer to M17.
func (s *session) held(code int) {
	if s.rearm == rearmHold && code == 0 {
		s.relaxed, s.rearm = false, rearmClear
	}
}

func (s *session) rearmCleared() {
	if s.rearm == rearmClear {
		s.rearm = rearmSettle
	}
}

func (s *session) rearmStands() {
	if s.rearm == rearmSettle {
		s.rearm = rearmNone
	}
}

// relaxNow switches the motors off.
func (s *session) relaxNow(now safety.Instant) []byte {
	s.relaxed, s.synced = true, false
	s.rest.moves()
	s.tell(func(f arm.Feedback) { f.Wake() })
	return s.send(now, lineRelax, "M2019")
}
