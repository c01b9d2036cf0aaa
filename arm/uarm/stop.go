package uarm

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

type stopPhase uint8

const (
	stopNone   stopPhase = iota
	stopAbort            // M410 was sent, its ok is awaited
	stopClear            // M2000 is to be sent, or was: its answer is awaited
	stopSettle           // both are answered, the arm is to stand
)

// stopping is a stop under way. The package's doc tells what it has to deal with.
type stopping struct {
	phase   stopPhase
	since   safety.Instant // of phase
	abortAt safety.Instant // M410 is sent again
}

func (st stopping) next() safety.Instant {
	switch st.phase {
	case stopAbort:
		return st.abortAt
	case stopSettle:
		return st.since + settleWait
	}
	return arm.Never
}

// stopNow begins a stop, or repeats one that was not heeded yet. One that was needs no byte: no
// motion has been sent since. A gripper line that waits is dropped.
func (s *session) stopNow(now safety.Instant) []byte {
	s.grip, s.rearm = gripping{}, rearmNone
	s.tell(func(f arm.Feedback) { f.Wake() })
	switch s.stop.phase {
	case stopNone:
		s.stop = stopping{phase: stopAbort, since: now}
		s.rest.moves()
		return s.abort(now)
	case stopAbort:
		if s.stop.abortAt-now < abortAgain-askEvery {
			return s.abort(now)
		}
	}
	return nil
}

func (s *session) abort(now safety.Instant) []byte {
	s.stop.abortAt = now + abortAgain
	s.frame = append(s.frame[:0], abortLine...)
	return s.frame
}

// aborted takes the ok of M410.
func (s *session) aborted(now safety.Instant) {
	if s.stop.phase == stopAbort {
		s.stop = stopping{phase: stopClear, since: now}
	}
}

// dueStop returns what the stop needs sent now.
func (s *session) dueStop(now safety.Instant) []byte {
	switch s.stop.phase {
	case stopAbort:
		if now >= s.stop.abortAt {
			return s.abort(now)
		}
	case stopClear:
		if !s.ledger.has(lineClear) {
			return s.send(now, lineClear, "M2000")
		}
	case stopSettle:
		if now-s.stop.since >= settleWait {
			s.stopped(arm.StopSent)
		}
	}
	return nil
}

// cleared takes the answer to M2000: every older line has been answered, or is dropped, and the
// controller plans from where the encoders say that the arm is, if it can read them.
func (s *session) cleared(now safety.Instant, code int) {
	s.ledger.clear()
	s.synced, s.placed = code == 0 && !s.powerless, false
	s.deafUntil = now + deaf
	s.rest.moves()
	if s.stop.phase == stopClear {
		s.stop = stopping{phase: stopSettle, since: now}
	}
	s.rearmCleared()
}

// stopStands ends a stop whose arm stands.
func (s *session) stopStands() {
	if s.stop.phase == stopSettle {
		s.stopped(arm.StopConfirmed)
	}
}

func (s *session) stopped(r arm.StopResult) {
	s.stop = stopping{}
	if s.open == nil {
		s.tell(func(f arm.Feedback) { f.Stopped(r) })
	}
}
