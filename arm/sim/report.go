package sim

import (
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// reportPeriod is the time between two reports of the position: 50 a second.
const reportPeriod = 20 * time.Millisecond

// report is what the feedback has been told, and is to be told.
type report struct {
	settled  bool           // the last report said that the arm stands
	next     safety.Instant // while not settled: when the next report is due
	lastMove safety.Instant
	stopping bool           // a stop is to be confirmed
	promised safety.Instant // when the writer will call Service
}

func (r *report) moved(now safety.Instant) {
	if r.settled {
		r.next = now + reportPeriod
	}
	r.settled, r.lastMove = false, now
}

func (r *report) stopped(now safety.Instant) {
	r.settled, r.stopping, r.next = false, true, now
}

// reportAt reports what is due at now.
func (s *Sim) reportAt(now safety.Instant) {
	if s.grip != safety.GripperUnchanged && now >= s.gripped {
		done := s.grip
		s.grip = safety.GripperUnchanged
		s.feedback.Gripped(done)
	}
	r := &s.report
	if r.settled || now < r.next {
		return
	}
	arrived := s.servo.at(now)
	r.settled = arrived.standing() && now >= r.lastMove+reportPeriod
	r.next = now + reportPeriod
	s.feedback.Measured(arm.Measurement{Position: arrived.position, AtRest: r.settled})
	if r.settled && r.stopping {
		r.stopping = false
		s.feedback.Stopped(arm.StopConfirmed)
	}
}

// due returns when Service has something to do.
func (s *Sim) due() safety.Instant {
	due := s.disconnects()
	if !s.report.settled {
		due = min(due, s.report.next)
	}
	if s.grip != safety.GripperUnchanged {
		due = min(due, s.gripped)
	}
	return due
}

// wake asks for Service where the writer would come later than something is due.
func (s *Sim) wake() {
	if due := s.due(); due < s.report.promised {
		s.report.promised = due
		s.feedback.Wake()
	}
}
