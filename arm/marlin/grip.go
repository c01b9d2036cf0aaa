package marlin

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// gripNow notes what the gripper shall do; of two that wait the later one counts.
func (s *session) gripNow(now safety.Instant, g safety.Gripper) []byte {
	s.observe(now)
	s.grip = g
	s.wake()
	return s.dueGrip(now)
}

// dueGrip returns the gripper's line once the arm stands: M280, M106 and M42 act at once, in
// the middle of the motion before them, and M3 and M5 hold up every line behind them.
func (s *session) dueGrip(now safety.Instant) []byte {
	if s.grip == safety.GripperUnchanged || !s.quiet || s.locate != locateNone || !s.ledger.empty() || s.halted != "" || s.noisy {
		return nil
	}
	text := s.cfg.GripperOpen
	if s.grip == safety.GripperClosed {
		text = s.cfg.GripperClose
	}
	l := line{kind: lineGrip, grip: s.grip}
	s.grip = safety.GripperUnchanged
	return s.sendText(now, l, text)
}

func (s *session) gripped(g safety.Gripper, refused string) {
	s.wake()
	if refused != "" {
		s.alarm("gripper line refused: " + refused)
		return
	}
	s.tell(func(f arm.Feedback) { f.Gripped(g) })
}
