package roarm

import (
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

const (
	// gripDelay is what passes at most until the gripper begins to move.
	gripDelay = 50 * time.Millisecond
	// gripWait is how long the gripper is given: it takes half a second from end to end.
	gripWait = 2 * time.Second
)

// grip is what the gripper was told.
type grip struct {
	angle    float64 // rad, goes with every setpoint
	wanted   safety.Gripper
	underway bool
	since    time.Duration
	rest     rest           // of the gripper, as a posture of one angle
	noted    safety.Gripper // ordered while the arm is limp, and not sent yet
}

// gripWaits reports whether what was ordered of a limp gripper can be sent now.
func (s *session) gripWaits() bool {
	return s.grip.noted != safety.GripperUnchanged && s.holds()
}

// holds reports whether the servos' torque is on.
func (s *session) holds() bool { return !s.limp && s.rearm == rearmNone }

// gripNow returns the frame that moves the gripper. A limp arm would not move it, and is then
// held as it is: so what is ordered of one waits until it holds.
func (s *session) gripNow(now time.Duration, g safety.Gripper) []byte {
	if !s.holds() {
		s.grip.noted = g
		return nil
	}
	share := float64(g.Opening()) / 100
	s.grip = grip{
		angle:    s.cfg.GripperClosed + share*(s.cfg.GripperOpen-s.cfg.GripperClosed),
		wanted:   g,
		underway: true,
		since:    now,
		rest:     rest{since: now + gripDelay},
	}
	return s.send(now, appendGrip(s.frame[:0], s.grip.angle))
}

// gripHeard tells that the gripper has come to rest: where it was sent, or at what it holds.
func (s *session) gripHeard(now time.Duration) {
	g := &s.grip
	if !g.underway || now < g.since+gripDelay {
		return
	}
	g.rest.see(now, posture{s.gripper})
	if g.rest.stands(now) || now >= g.since+gripWait {
		g.underway = false
		done := g.wanted
		s.tell(func(f arm.Feedback) { f.Gripped(done) })
	}
}
