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
	stopProve            // the arm stands; whether the controller takes lines is to be seen
)

// stopping is a stop under way. The package's doc tells what it has to deal with.
type stopping struct {
	phase   stopPhase
	since   safety.Instant // of phase
	cancels int
	again   bool // a line was answered, and may have begun a jog: a cancel is due
	hard    bool // a cancel cannot help: the controller runs or holds
	idle    int  // reports that said Idle since the last answer, while answers are missing
	sent    bool // the line that shows what is still to be answered, or that lines are
	woken   bool // a cycle start was sent
	rests   bool // since the feed hold
}

// holds reports whether a feed hold is this driver's own doing.
func (s stopping) holds() bool { return s.phase == stopHold || s.phase == stopReset }

// stands reports whether the stop is over as far as the arm goes.
func (s stopping) stands() bool { return s.phase == stopNone || s.phase == stopProve }

// stopNow begins a stop, or repeats it. A gripper line that waits is dropped.
func (s *session) stopNow(now safety.Instant) []byte {
	s.grip, s.rearm, s.quiet = safety.GripperUnchanged, rearmNone, false
	if s.stop.stands() {
		s.stop = stopping{phase: stopCancel, since: now, cancels: s.stop.cancels}
	}
	s.wake()
	return s.cancel(now)
}

func (s *session) cancel(now safety.Instant) []byte {
	s.stop.again = false
	s.stop.cancels++
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
		return s.dueCancel(now, waited)
	case stopHold:
		if s.stop.rests || waited >= stopWait {
			s.stop = stopping{phase: stopReset, since: now}
			return s.reset(now)
		}
	case stopProve:
		switch {
		case !s.stop.sent:
			s.stop.sent, s.stop.since = true, now
			return s.send(now, line{kind: lineProof}, emptyLine)
		case !s.stop.woken && waited >= proofWait:
			s.stop.woken = true
			return append(s.frame[:0], byteStart)
		}
	}
	return nil
}

func (s *session) dueCancel(now, waited safety.Instant) []byte {
	patience := stopWait
	if s.stop.idle > 0 {
		patience = 2 * stopWait // the arm stands, only answers are missing
	}
	switch {
	case s.stop.hard || waited >= patience:
		s.stop = stopping{phase: stopHold, since: now}
		return append(append(s.frame[:0], byteHold), s.poll(now)...)
	case s.stop.again:
		return s.cancel(now)
	case s.stop.idle >= 2 && !s.stop.sent:
		s.stop.sent = true
		return s.send(now, line{kind: lineSync}, askSettings)
	}
	return nil
}

// stopAnswered takes the answer to a line while stopping.
func (s *session) stopAnswered(l line) {
	switch {
	case s.stop.phase == stopNone:
		return
	case l.kind == lineProof && s.stop.phase == stopProve:
		s.stop = stopping{}
	case l.kind == lineJog:
		s.stop.again = true
	}
	s.stop.idle = 0
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

// stopped tells that the arm stands. A second cancel may have found Grbl between the end
// of the motion and Idle; then it takes no line until a cycle start, so it has to prove
// that it does.
func (s *session) stopped() {
	s.tell(func(f arm.Feedback) { f.Stopped(arm.StopConfirmed) })
	if s.stop.cancels > 1 && s.report.state == stateIdle {
		s.stop = stopping{phase: stopProve, cancels: 1}
		s.wake()
		return
	}
	s.stop = stopping{}
}
