package feetech

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// stopping is a stop under way.
type stopping struct {
	pending bool
	since   safety.Instant
	tries   int // cycles in which a servo stood, and had another goal than it was sent
}

// stopNow begins a stop, or repeats it. What the servos were told last is sent again: it is
// what they shall do until a braking setpoint comes, and repairs a frame that was lost. It does
// not go out while answers are under way, some milliseconds at most: an instruction that
// collides with an answer is heard by nobody.
//
// A claw that moves is halted; one that holds something goes on holding it.
func (s *session) stopNow(now safety.Instant) []byte {
	s.stopped = true
	s.stop = stopping{pending: true, since: now}
	for i := range s.slots {
		s.slots[i].goal = s.sent[i] // what was not sent is dropped
	}
	if s.rearm != rearmNone {
		s.rearm, s.faulted = rearmNone, true
	}
	if claw := s.claw(); claw != nil && s.grip != safety.GripperUnchanged && !claw.stands(now) {
		claw.goal = claw.clamped(claw.is.position)
	}
	s.grip, s.waiting = safety.GripperUnchanged, safety.GripperUnchanged
	s.readAt = now
	if s.limp {
		s.switching = true
		return s.sendMotors(now)
	}
	s.dirty = true
	return s.sendGoals(now)
}

// stopTries bounds how often a goal is sent again that does not come to a servo: one whose own
// limits (registers 9 to 12) are narrower than its joint's never takes it.
const stopTries = 5

// stopBound is for how long a servo that does not stand is waited for, if all the while it was
// where it shall be: one that hunts around its goal never stands.
const stopBound = safety.Instant(2e9)

// stopStep tells when the arm stands. One whose motors are off is not driven by anything, so it
// is at rest as far as a stop goes.
func (s *session) stopStep(now safety.Instant) {
	if !s.stop.pending {
		return
	}
	result := arm.StopConfirmed
	for i := range s.slots {
		servo := &s.slots[i]
		switch {
		case servo.misses >= missLimit:
			result = arm.StopSent
		case s.limp && i < len(s.joints()) && !servo.is.torque:
		case servo.misses > 0:
			return
		case servo.stands(now):
		case now-max(s.stop.since, s.lastSet, servo.strayed) < stopBound:
			return
		default:
			result = arm.StopSent
		}
	}
	if now-max(s.stop.since, s.lastSet) < restWait {
		return
	}
	if s.unlike(func(l *slot) bool { return l.misses > 0 || l.is.goal == l.goal }) != nil && s.stop.tries < stopTries {
		s.stop.tries++
		return
	}
	s.stop.pending = false
	s.tell(event{kind: evStopped, result: result})
}
