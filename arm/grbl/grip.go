package grbl

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// gripNow notes what the gripper shall do; of two that wait the later one counts.
func (s *session) gripNow(now safety.Instant, g safety.Gripper) []byte {
	s.grip = g
	s.wake()
	return s.dueGrip(now)
}

// dueGrip returns the gripper's line once the controller has done everything else: in the
// middle of a jog it refuses G-code (error:9).
func (s *session) dueGrip(now safety.Instant) []byte {
	if s.grip == safety.GripperUnchanged || !s.quiet || s.report.state != stateIdle || s.locked {
		return nil
	}
	text := s.cfg.GripperOpen
	if s.grip == safety.GripperClosed {
		text = s.cfg.GripperClose
	}
	l := line{kind: lineGrip, grip: s.grip}
	s.grip = safety.GripperUnchanged
	return s.send(now, l, text+"\n")
}

func (s *session) gripAnswered(g safety.Gripper, code int, ok bool) {
	s.pollAt = 0
	s.wake()
	if !ok {
		s.refuse("gripper line", errorText(code))
		return
	}
	s.tell(func(f arm.Feedback) { f.Gripped(g) })
}
