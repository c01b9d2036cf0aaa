package feetech

import "github.com/aether-arm/aetherd/safety"

// goals returns the sync write of what every servo shall do, nil if there is none to tell. A
// goal switches some firmware's motor on (3.10 was seen to): but for a rearming, a servo whose
// motor is off gets none, nor one that has not said for a while whether it is.
func (s *session) goals() []byte {
	s.dirty, s.echoed = false, false
	b := s.beginGoals()
	for i := range s.slots {
		if servo := &s.slots[i]; s.rearm != rearmNone || servo.is.torque && servo.misses <= blindLimit {
			b = s.appendGoal(b, i)
		}
	}
	return s.finishGoals(b)
}

// asHeard returns goals that joints have answered to have, where they were sent another one
// since. Whoever gives up silent servos sends it: what is still on its way then moves nothing.
// A joint that did hear goes back by that, which is less than the horizon's motion.
func (s *session) asHeard() []byte {
	if s.limp || s.rearm != rearmNone {
		return nil
	}
	b := s.beginGoals()
	for i := range s.joints() {
		if servo := &s.slots[i]; servo.is.torque && servo.is.goal != s.sent[i] {
			servo.goal = servo.is.goal
			b = s.appendGoal(b, i)
		}
	}
	return s.finishGoals(b)
}

func (s *session) beginGoals() []byte {
	return append(begin(s.frame[:0], broadcast, instSyncWrite), firstGoal, goalSize)
}

// appendGoal carries acceleration, speed and torque limit as well: a servo whose supply fails
// for a moment forgets them.
func (s *session) appendGoal(b []byte, i int) []byte {
	servo := &s.slots[i]
	s.sent[i] = servo.goal
	b = append(b, servo.id, byte(servo.accel))
	b = appendWord(b, servo.goal)
	b = appendWord(b, 0) // regTime
	b = appendWord(b, servo.speed)
	return appendWord(b, servo.torque)
}

// finishGoals returns nil for a frame to nobody.
func (s *session) finishGoals(b []byte) []byte {
	if len(b) <= packetSize+1 {
		return nil
	}
	s.frame = finish(b)
	return s.frame
}

// motors returns the sync write that switches motors: all of them on, or those of the joints
// off. The claw keeps what it holds.
func (s *session) motors() []byte {
	s.switching, s.echoed = false, false
	b := append(begin(s.frame[:0], broadcast, instSyncWrite), regTorque, 1)
	slots, on := s.slots, byte(1)
	if s.rearm != rearmTorque {
		slots, on = s.joints(), 0
	}
	for i := range slots {
		b = append(b, slots[i].id, on)
	}
	s.frame = finish(b)
	return s.frame
}

// question returns the sync read that begins a cycle.
func (s *session) question(now safety.Instant) []byte {
	s.asked, s.echoed, s.pending = true, true, len(s.slots)
	s.deadline = now + answerWait(len(s.slots))
	s.readAt = now + movingPoll
	s.parser.reset()
	b := append(begin(s.frame[:0], broadcast, instSyncRead), firstLive, liveSize)
	for i := range s.slots {
		s.slots[i].fresh = false
		b = append(b, s.slots[i].id)
	}
	s.frame = finish(b)
	return s.frame
}
