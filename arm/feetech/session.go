package feetech

import (
	"errors"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

const (
	movingPoll = safety.Instant(15 * time.Millisecond)  // beside the cycle of every setpoint
	restPoll   = safety.Instant(100 * time.Millisecond) // an arm at rest, or limp

	// missLimit is how many cycles in a row a servo may not answer. After a miss they come at
	// movingPoll: 225 ms.
	missLimit = 15
	// blindLimit is how many of them an arm may move on: where it is then is not known.
	blindLimit = 2
)

var errSilent = errors.New("no servo answers")

// session is what is known of the servos between Open and Close, as a state machine without
// clock, lock or I/O. The writer's calls and the packets that come in go in, frames and
// events come out.
type session struct {
	cfg    Config
	slots  []slot
	events []event
	dead   error // why the link is lost
	frame  []byte
	parser parser

	// The bus. A cycle is a sync read and the answers to it; while it is under way nothing
	// else may be sent.
	asked     bool
	pending   int            // answers to come
	deadline  safety.Instant // of the cycle
	readAt    safety.Instant // when the next one is due
	dirty     bool           // goals are to be sent
	sent      [kinematics.Joints + 1]int
	switching bool // motors are to be switched
	echoed    bool // the cycle shows what came of everything that was sent

	posture  kinematics.Posture // rad, as measured
	position safety.Point       // mm, of posture

	chain   chain
	planned chain
	lastSet safety.Instant // when a setpoint was sent last
	refused string         // why a setpoint was not taken, until it is told
	told    bool           // it was

	limp    bool // the joints' motors are off, or about to be
	faulted bool // an alarm was told: Rearm has something to do
	locked  bool
	stopped bool // until Rearm
	stop    stopping
	rearm   rearmPhase
	tries   int
	failed  error // why the last Rearm came to nothing
	cycles  int
	grip    safety.Gripper // under way
	waiting safety.Gripper // until a rearming is over
}

func newSession(cfg Config) *session {
	s := &session{cfg: cfg, slots: newSlots(cfg)}
	s.parser.fits = func(id, length byte) bool {
		return length == liveSize+2 && s.slotOf(id) != nil
	}
	return s
}

// joints are the slots without the claw.
func (s *session) joints() []slot { return s.slots[:kinematics.Joints] }

// claw returns the claw's slot, nil if there is none.
func (s *session) claw() *slot {
	if len(s.slots) == kinematics.Joints {
		return nil
	}
	return &s.slots[kinematics.Joints]
}

func (s *session) slotOf(id byte) *slot {
	for i := range s.slots {
		if s.slots[i].id == id {
			return &s.slots[i]
		}
	}
	return nil
}

// receive takes what came in. It reports whether that ended a cycle. An adapter's echo is
// addressed to nobody, and so is passed over like noise.
func (s *session) receive(b []byte) (complete bool) {
	s.parser.parse(b, func(p packet) {
		servo := s.slotOf(p.id())
		if !s.asked || servo.fresh {
			return
		}
		servo.fresh, servo.incoming = true, liveFrom(p.status(), p.params())
		s.pending--
		complete = s.pending == 0
	})
	return complete
}

// free reports whether the bus is.
func (s *session) free(now safety.Instant) bool {
	return !s.asked || s.pending == 0 || now >= s.deadline
}

// service returns the frame that is due, if any, and when to ask again.
func (s *session) service(now safety.Instant) (frame []byte, next safety.Instant, err error) {
	if s.dead == nil && s.asked && s.free(now) {
		s.asked = false
		s.evaluate(now)
		if s.dead != nil {
			frame = s.asHeard()
		}
	}
	if s.dead != nil {
		return frame, arm.Never, s.dead
	}
	s.tellRefused()
	switch {
	case s.asked:
		return nil, s.deadline, nil
	case s.switching:
		frame = s.motors()
	case s.dirty:
		frame = s.goals()
	case now >= s.readAt:
		frame = s.question(now)
	}
	return frame, s.next(now), nil
}

func (s *session) next(now safety.Instant) safety.Instant {
	switch {
	case s.asked:
		return s.deadline
	case s.switching || s.dirty:
		return now
	}
	return max(s.readAt, now)
}

// evaluate takes a cycle that is over.
func (s *session) evaluate(now safety.Instant) {
	complete, silent := true, true
	for i := range s.slots {
		servo := &s.slots[i]
		servo.absorb(now)
		complete = complete && servo.fresh
		silent = silent && servo.misses >= missLimit
	}
	if silent {
		s.dead = fmt.Errorf("%w in %d reads, %d answers were damaged", errSilent, missLimit, s.parser.damaged)
		return
	}
	s.cycles++
	s.measure(now)
	s.troubles(now)
	s.followed(now)
	if complete {
		s.rearmStep(now)
		s.gripStep(now)
	}
	s.stopStep(now)
	s.repair()
	if s.settled(now) {
		s.readAt += restPoll - movingPoll
	}
}

// repair sends again what has not come to a servo.
func (s *session) repair() {
	if !s.echoed || s.rearm != rearmNone {
		return
	}
	for i := range s.slots {
		servo := &s.slots[i]
		if !servo.fresh {
			continue
		}
		if s.limp && i < kinematics.Joints {
			s.switching = s.switching || servo.is.torque
		} else if !s.limp {
			s.dirty = s.dirty || servo.is.torque && servo.is.goal != servo.goal
		}
	}
}

// measure works out where the arm is, and tells it.
func (s *session) measure(now safety.Instant) {
	var posture kinematics.Posture
	for i, servo := range s.joints() {
		if !servo.fresh {
			return
		}
		posture[i] = angleOf(s.cfg.Arm.Joints[i], servo.is.position)
	}
	s.posture, s.position = posture, s.cfg.Arm.Forward(posture)
	s.tell(event{kind: evMeasured, at: arm.Measurement{Position: s.position, Joints: s.angles(), AtRest: s.rests(now)}})
	if s.rests(now) {
		for i := range s.joints() {
			servo := &s.slots[i]
			servo.standing = withinSag(servo.off())
		}
	}
}

// angles returns the posture as it is reported.
func (s *session) angles() (a arm.Angles) {
	copy(a[:], s.posture[:])
	return a
}

// rests reports whether the arm stands, and has had the time to begin to move if it was to.
func (s *session) rests(now safety.Instant) bool {
	if s.dirty || now-s.lastSet < restWait {
		return false
	}
	for i := range s.joints() {
		if servo := &s.slots[i]; !servo.stands(now) {
			return false
		}
	}
	return true
}

// settled reports whether nothing is going on that needs to be looked at closely.
func (s *session) settled(now safety.Instant) bool {
	if !s.rests(now) || s.stop.pending || s.rearm != rearmNone || s.switching || s.grip != safety.GripperUnchanged {
		return false
	}
	for i := range s.slots {
		if servo := &s.slots[i]; servo.misses > 0 || servo.now != servo.last || !servo.stands(now) {
			return false
		}
	}
	return true
}

// takeEvents returns what there is to tell. The slice is used again after the next call that
// tells something.
func (s *session) takeEvents() []event {
	e := s.events
	s.events = s.events[:0]
	return e
}
