package grbl

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

type stopPhase uint8

const (
	stopNone   stopPhase = iota
	stopCancel           // jog cancel was sent
	stopHold             // it did not help, feed hold was sent
	stopReset            // 0x18 was sent
	stopSettle           // the controller is back, its first report is awaited
)

// stopping is a stop under way.
//
// Grbl obeys a jog cancel only while it jogs, and drops only what is in its planner: a
// line that is still in its receive buffer begins a new jog afterwards. So the cancel is
// repeated at every answer until none is open. grblHAL drops its receive buffer too, and
// never answers those lines: then a line whose answer is unmistakable proves it.
type stopping struct {
	phase stopPhase
	since safety.Instant
	again bool // a cancel is due at once
	jogs  bool // the last report said Jog: a cancel is due with the next poll
	hard  bool // a cancel cannot help: the controller runs or holds
	idle  int  // reports that say Idle, since the last answer, while answers are missing
	sync  bool // the line that proves it was sent
	rests bool // since the feed hold
}

// holds reports whether a feed hold is this driver's own doing.
func (s stopping) holds() bool { return s.phase == stopHold || s.phase == stopReset }

// stopNow begins a stop, or repeats it. A gripper line that waits is dropped.
func (s *session) stopNow(now safety.Instant) []byte {
	s.grip, s.rearm, s.quiet = safety.GripperUnchanged, rearmNone, false
	if s.stop.phase == stopNone {
		s.stop = stopping{phase: stopCancel, since: now}
	}
	s.wake()
	return s.cancel(now)
}

func (s *session) cancel(now safety.Instant) []byte {
	s.stop.again = false
	s.frame = append(s.frame[:0], byteCancel)
	if s.resetting {
		return s.frame
	}
	return append(s.frame, s.poll(now)...)
}

// dueStop returns what the stop needs sent now.
func (s *session) dueStop(now safety.Instant) []byte {
	waited := now - s.stop.since
	switch s.stop.phase {
	case stopCancel:
		patience := stopWait
		if s.stop.idle > 0 {
			patience = 2 * stopWait // the arm stands, only answers are missing
		}
		switch {
		case s.stop.hard || waited >= patience:
			s.stop = stopping{phase: stopHold, since: now}
			return append(append(s.frame[:0], byteHold), s.poll(now)...)
		case s.stop.again, s.stop.jogs && now >= s.pollAt:
			return s.cancel(now)
		case s.stop.idle >= 2 && !s.stop.sync:
			s.stop.sync = true
			return s.send(now, line{kind: lineSync}, askSettings)
		}
	case stopHold:
		if s.stop.rests || waited >= stopWait {
			s.stop = stopping{phase: stopReset, since: now}
			return s.reset(now)
		}
	}
	return nil
}

// stopAnswered repeats the cancel: the line that was answered may have begun a jog.
func (s *session) stopAnswered(l line) {
	s.stop.idle = 0
	s.stop.again = s.stop.again || l.kind == lineJog
	s.pollAt = 0
	s.wake()
}

// stopReset notes the banner that a stop waited for.
func (s *session) stopReset() {
	if s.stop.phase != stopNone {
		s.stop.phase = stopSettle
	}
}

// stopReported takes a report while stopping.
func (s *session) stopReported(r report) {
	switch s.stop.phase {
	case stopNone, stopReset:
	case stopHold:
		s.stop.rests = r.stands()
		if s.stop.rests {
			s.wake()
		}
	case stopSettle:
		if r.stands() && s.known {
			s.stopped()
		}
	case stopCancel:
		s.cancelReported(r)
	}
}

func (s *session) cancelReported(r report) {
	s.stop.jogs = r.state == stateJog
	switch r.state {
	case stateIdle:
		if s.ledger.empty() {
			s.stopped()
			return
		}
		s.stop.idle++
		if s.stop.idle >= 2 {
			s.wake()
		}
	case stateJog:
		s.stop.idle = 0
	case stateRun, stateHome, stateHold:
		s.stop.hard = true
		s.wake()
	default:
		if r.stands() {
			s.stopped()
		}
	}
}

func (s *session) stopped() {
	s.stop = stopping{}
	s.tell(func(f arm.Feedback) { f.Stopped(arm.StopConfirmed) })
}
