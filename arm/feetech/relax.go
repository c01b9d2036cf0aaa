package feetech

import "github.com/aether-arm/aetherd/safety"

// relaxNow switches the joints' motors off. The claw keeps what it holds: it would fall on
// whoever guides the arm by hand.
func (s *session) relaxNow(now safety.Instant) []byte {
	s.limp, s.switching, s.dirty = true, true, false
	s.rearm, s.chain, s.waiting = rearmNone, chain{}, safety.GripperUnchanged
	s.readAt = now
	return s.sendMotors(now)
}

// sendMotors returns the frame that switches the motors if the bus is free; else it goes out
// when the last answer has come.
func (s *session) sendMotors(now safety.Instant) []byte {
	if !s.switching || !s.free(now) {
		return nil
	}
	return s.motors()
}
