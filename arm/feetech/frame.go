package feetech

import "github.com/aether-arm/aetherd/safety"

// goals returns the sync write of what every servo shall do. It carries acceleration, speed
// and torque limit as well: a servo whose supply fails for a moment forgets them.
func (s *session) goals() []byte {
	s.dirty, s.echoed = false, false
	b := append(begin(s.frame[:0], broadcast, instSyncWrite), firstGoal, goalSize)
	for i := range s.slots {
		servo := &s.slots[i]
		s.sent[i] = servo.goal
		b = append(b, servo.id, byte(servo.accel))
		b = appendWord(b, servo.goal)
		b = appendWord(b, 0) // regTime
		b = appendWord(b, servo.speed)
		b = appendWord(b, servo.torque)
	}
	s.frame = finish(b)
	return s.frame
}

// asHeard returns the goals that servos have answered to have. Whoever gives up silent servos
// sends it: if what they were sent since is still on its way, it moves nothing.
func (s *session) asHeard() []byte {
	if s.limp || s.rearm != rearmNone {
		return nil
	}
	for i := range s.slots {
		s.slots[i].goal = s.slots[i].is.goal
	}
	return s.goals()
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
	s.deadline = now + s.answerWait()
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

const (
	byteTime    = safety.Instant(10e3)  // 10 bits at 1,000,000 baud
	returnDelay = safety.Instant(508e3) // the most that register 7 can be set to
	adapterWait = safety.Instant(4e6)   // four USB frames, and the scheduler
)

// answerWait is how long the answers to a sync read take at most.
func (s *session) answerWait() safety.Instant {
	n := safety.Instant(len(s.slots))
	request := packetSize + 2 + n
	return request*byteTime + n*((packetSize+liveSize)*byteTime+returnDelay) + adapterWait
}
