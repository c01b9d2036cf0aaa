package marlin

import (
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

type stopPhase uint8

const (
	stopNone  stopPhase = iota
	stopDrain           // the planner ends what it has
	stopQuick           // it did not in time, M410 was sent
)

// stopping is a stop under way. The package's doc tells why it begins with waiting.
type stopping struct {
	phase   stopPhase
	since   safety.Instant // of stopDrain
	latched bool           // no motion before the next Rearm
}

// deadline returns when the planner must have ended what it has.
func (s stopping) deadline(horizon time.Duration) safety.Instant {
	if s.phase != stopDrain {
		return arm.Never
	}
	return s.since + horizon + drainGrace
}

// stopNow begins a stop, or repeats it. What waits to be sent is dropped.
func (s *session) stopNow(now safety.Instant) []byte {
	s.observe(now)
	s.grip, s.held, s.modes = safety.GripperUnchanged, nil, nil
	s.stop.latched = true
	if s.stop.phase == stopNone {
		s.stop.phase, s.stop.since = stopDrain, now
	}
	s.wake()
	if s.halted != "" || s.noisy || s.locate == locateSync || s.stop.phase == stopQuick {
		return nil // what is under way ends in the place of an arm that stands
	}
	s.locate = locateSync
	return s.sendText(now, line{kind: lineSync}, syncLine)
}

// dueStop returns what the stop needs sent now.
func (s *session) dueStop(now safety.Instant) []byte {
	if now < s.stop.deadline(s.cfg.Horizon) || s.locate != locateSync {
		return nil
	}
	s.stop.phase = stopQuick
	if s.ledger.has(lineQuick) {
		return nil
	}
	s.ledger.add(line{kind: lineQuick, sent: now})
	return append(s.frame[:0], quickLine...)
}

// stopDone tells that the arm stands.
func (s *session) stopDone() {
	phase := s.stop.phase
	if phase == stopNone {
		return
	}
	s.stop.phase = stopNone
	s.tell(func(f arm.Feedback) { f.Stopped(arm.StopConfirmed) })
	if phase == stopQuick {
		s.alarm("the arm did not come to rest in time, and was halted without a ramp (M410): it may have lost steps, home it")
	}
}

// haltedStop ends a stop of a controller that reads no more, and so cannot say that the arm
// stands: its motors stopped when it halted.
func (s *session) haltedStop(now safety.Instant) {
	if now >= s.stop.deadline(s.cfg.Horizon) {
		s.stop.phase = stopNone
		s.tell(func(f arm.Feedback) { f.Stopped(arm.StopSent) })
	}
}

// rearmModes are sent before the first motion after a reset: somebody at the panel may have left
// the controller in relative coordinates, or in inches.
var rearmModes = []string{absolute, millimetres}

// rearmNow makes the arm ready after a reset.
func (s *session) rearmNow(now safety.Instant) []byte {
	s.observe(now)
	if s.halted != "" {
		why := s.halted
		s.tell(func(f arm.Feedback) { f.Alarm(why, true) })
		return nil
	}
	s.stop.latched, s.modes = false, rearmModes
	s.wake()
	return s.dueMode(now)
}

// dueMode returns the next line of a rearm.
func (s *session) dueMode(now safety.Instant) []byte {
	if len(s.modes) == 0 || s.noisy || !s.ledger.room() {
		return nil
	}
	text := s.modes[0]
	s.modes = s.modes[1:]
	return s.sendText(now, line{kind: lineMode}, text)
}
