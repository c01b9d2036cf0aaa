package grbl

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

type rearmPhase uint8

const (
	rearmNone   rearmPhase = iota
	rearmWanted            // nothing sent yet
	rearmReset             // 0x18 was sent
	rearmLocked            // the controller is back, and locked
	rearmUnlock            // $X was sent
	rearmCheck             // it was taken, a report must show it
)

func (s *session) rearmNow(now safety.Instant) []byte {
	s.rearm = rearmWanted
	s.wake()
	return s.dueRearm(now)
}

// dueRearm returns what the controller needs sent now to take motion again. A hold, an
// open door and the like end with a soft reset, which moves nothing; an alarm with $X.
func (s *session) dueRearm(now safety.Instant) []byte {
	if s.stop.phase != stopNone || s.resetting {
		return nil
	}
	switch s.rearm {
	case rearmWanted:
		switch {
		case !s.locked:
			s.rearm = rearmNone
		case s.critical || s.report.state != stateAlarm && stateWords[s.report.state] != "":
			s.rearm = rearmReset
			return s.reset(now)
		default:
			s.rearm = rearmLocked
			return s.dueRearm(now)
		}
	case rearmLocked:
		if !s.cfg.Unlock {
			s.rearmFailed(s.why + "; unlocking is not configured")
		} else if s.ledger.empty() {
			s.rearm = rearmUnlock
			return s.send(now, line{kind: lineUnlock}, unlockLine)
		}
	}
	return nil
}

func (s *session) unlockAnswered(code int, ok bool) {
	switch {
	case s.rearm != rearmUnlock:
	case ok:
		s.rearm, s.pollAt = rearmCheck, 0
		s.wake()
	case s.locked:
		s.rearmFailed("unlock refused: " + errorText(code))
	default: // something else has ended the lock
		s.rearm = rearmNone
	}
}

// rearmReported takes a report while rearming. That a lock has ended is told already.
func (s *session) rearmReported(r report) {
	if s.rearm == rearmNone || s.rearm == rearmWanted {
		return
	}
	switch {
	case !s.locked:
		if s.rearm != rearmUnlock {
			s.rearm = rearmNone
		}
	case s.rearm == rearmReset && r.state == stateAlarm:
		s.rearm = rearmLocked
		s.wake()
	case s.rearm == rearmReset, s.rearm == rearmCheck:
		s.rearmFailed(stateWords[r.state])
	}
}

func (s *session) rearmFailed(why string) {
	s.rearm = rearmNone
	s.tell(func(f arm.Feedback) { f.Alarm(why, true) })
}
