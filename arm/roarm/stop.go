package roarm

import (
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

type rearmPhase uint8

const (
	rearmNone rearmPhase = iota
	rearmAsk             // where the limp arm is, is asked
	rearmHold            // it is known: the line that holds it there is due
	rearmSink            // that was sent; the arm sinks by its sag, until it stands
)

// stop begins a stop, or repeats it. What the servos were sent leads them by no more than
// the horizon; the braking setpoints come next. A gripper that moves is sent to where it is.
func (s *session) stop(now time.Duration) []byte {
	s.stopped, s.stopping, s.stoppedAt = true, true, now
	s.rearm = rearmNone
	s.refusal = ""
	s.grip.noted = safety.GripperUnchanged
	s.course.held = s.course.held && s.course.told // the motion is over: what is left is load
	s.rest.disturb(now)
	if s.grip.underway && !s.limp {
		s.grip = grip{angle: s.gripper}
		return s.send(now, appendGrip(s.frame[:0], s.gripper))
	}
	if s.unread >= mostUnread {
		return nil // stops come faster than the arm reads, and the answer is on its way
	}
	return s.ask(now)
}

// stopOverdue ends a stop whose arm does not come to a stand, such as one that is limp and
// moved by hand.
func (s *session) stopOverdue(now time.Duration) {
	if s.stopping && now-s.stoppedAt >= stopWait {
		s.stopping = false
		s.tell(func(f arm.Feedback) { f.Stopped(arm.StopSent) })
	}
}

// relax switches the torque off.
func (s *session) relax(now time.Duration) []byte {
	s.limp, s.course = true, course{}
	s.rest.disturb(now)
	return s.send(now, append(s.frame[:0], torqueOffLine...))
}

// rearmNow lets motion pass again. An arm that is limp, or may be, is first held where it is.
func (s *session) rearmNow(now time.Duration) []byte {
	s.stopped = false
	if !s.limp {
		return nil
	}
	s.rearm = rearmAsk
	return s.ask(now)
}

// rearmHeard takes the position that was asked for.
func (s *session) rearmHeard(stands bool) {
	switch s.rearm {
	case rearmAsk:
		if s.asked > 0 {
			return // what was asked before the reset is answered first, and may be old
		}
		if err := s.at.holdable(); err != nil {
			s.rearm = rearmNone
			s.alarm("the arm cannot hold where it is: " + err.Error() + "; relax it, move it by hand, and reset again")
			return
		}
		s.rearm = rearmHold
	case rearmSink:
		if !stands {
			return
		}
		s.rearm = rearmNone
		if s.gripWaits() {
			s.wake()
		}
	}
}

// hold returns the frame that switches the torque on. Servos go to their goal when it is
// switched on, so they get where they are for a goal first; that switches it on as well.
func (s *session) hold(now time.Duration) []byte {
	s.rearm, s.limp = rearmSink, false
	s.grip = grip{angle: s.gripper, noted: s.grip.noted}
	s.course = course{known: true, goal: s.at, end: s.at.forward()}
	s.rest.disturb(now)
	b := appendMove(s.frame[:0], s.course.end, s.gripper)
	return s.send(now, append(b, torqueOnLine...))
}
