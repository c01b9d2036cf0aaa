package roarm

import (
	"errors"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

const (
	// moveSize is the longest line of appendMove: four numbers of at most 8 bytes.
	moveSize = len(`{"T":1041,"x":,"y":,"z":,"t":}`) + 4*8 + 1
	// mostUnread is how many bytes may be out and not known to be read: two setpoints with
	// their questions, little more than half of the ESP32's receive buffer of 256 bytes.
	mostUnread = 2 * (moveSize + len(askLine))

	movingPoll = 20 * time.Millisecond
	restPoll   = 200 * time.Millisecond
	askAgain   = 100 * time.Millisecond // a question or its answer may get lost
	answerWait = 500 * time.Millisecond // an answer takes about 30 ms
	stopWait   = 2 * time.Second        // from the stop to standstill, far above every ramp
)

var errSilent = errors.New("the arm does not answer T:105")

// session is what is known of one arm between Open and Close, as a state machine without
// clock, lock or I/O: the writer's calls and the lines that come in go in, frames and
// events come out.
type session struct {
	cfg    Config
	events []event
	dead   error // why the link is lost
	frame  []byte

	feedback
	known bool // feedback is
	rest  rest // of the joints

	course  course
	grip    grip
	refusal string // of a setpoint, to be told by Service

	asked   int           // T:105 that are unanswered
	askedAt time.Duration // the oldest of them, or when another one was answered
	drains  bool          // one was answered since the newest was sent
	nextAsk time.Duration
	unread  int // bytes sent since the latest T:105 behind which none was unanswered
	behind  int // of them, sent after the newest T:105

	stopped   bool // until Rearm only braking setpoints pass
	stopping  bool // standstill is to be told
	stoppedAt time.Duration
	limp      bool
	rearm     rearmPhase
}

// event is something to tell the Feedback.
type event func(arm.Feedback)

func (s *session) tell(e event) { s.events = append(s.events, e) }

func (s *session) takeEvents() []event {
	e := s.events
	s.events = nil
	return e
}

func (s *session) alarm(text string) {
	s.tell(func(f arm.Feedback) { f.Alarm(text, false) })
}

// wake asks for Service, which is due earlier than the writer thinks.
func (s *session) wake() { s.tell(func(f arm.Feedback) { f.Wake() }) }

// takesMotion reports whether the arm may be sent a setpoint, its way aside.
func (s *session) takesMotion(braking bool) bool {
	return s.dead == nil && s.known && s.holds() && (braking || !s.stopped)
}

// accepts returns how much of a setpoint is taken. Of a braking one that cannot be sent it
// says that it is taken all the same: the setpoint has to come to a stand, and the arm
// stops where it was sent last, which is nearer.
func (s *session) accepts(sp safety.Setpoint) float64 {
	part, err := 0.0, error(nil)
	if s.takesMotion(sp.Braking) && s.hasRoom() {
		part, err = s.part(sp)
		if !sp.Braking {
			s.course.held = part < 1 && err == nil
		}
	}
	if sp.Braking && part == 0 {
		return 1
	}
	if err != nil {
		p := sp.Position
		s.refusal = fmt.Sprintf("setpoint %.1f, %.1f, %.1f mm is out of reach: %v", p.X, p.Y, p.Z, err)
	}
	return part
}

// hasRoom reports whether a setpoint and a question fit behind what is not known to be read.
func (s *session) hasRoom() bool { return s.unread+moveSize+len(askLine) <= mostUnread }

// move returns the frame of a setpoint, with the question where the arm then is.
func (s *session) move(now time.Duration, sp safety.Setpoint) ([]byte, error) {
	if s.dead != nil {
		return nil, s.dead
	}
	s.rest.disturb(now)
	c := &s.course
	c.bias, c.end = c.biasAt(sp), sp.Position // also of one that is not sent: the next begins there
	a, err := aimAt(sp.Position, c.bias)
	if err != nil || !s.takesMotion(sp.Braking) || sp.Braking && !(s.hasRoom() && s.fits(a.goal)) {
		return nil, nil
	}
	c.goal, c.known, c.told = a.goal, true, c.told && sp.Braking
	return s.send(now, appendMove(s.frame[:0], a.to, s.grip.angle)), nil
}

// send returns b as the frame to be written, with a question behind it unless one is out.
func (s *session) send(now time.Duration, b []byte) []byte {
	s.unread += len(b)
	s.behind += len(b)
	if s.giveUp(now); s.asked == 0 {
		b = s.appendAsk(now, b)
	}
	s.frame = b
	return b
}

// ask returns the question where the arm is, a second time if one is out.
func (s *session) ask(now time.Duration) []byte {
	s.frame = s.appendAsk(now, s.frame[:0])
	return s.frame
}

func (s *session) appendAsk(now time.Duration, b []byte) []byte {
	s.unread += len(askLine)
	if s.asked == 0 {
		s.askedAt = now
	}
	s.asked++
	s.behind, s.drains = 0, false
	s.nextAsk = now + askAgain
	return append(b, askLine...)
}

// service returns the frame that is due, if any, and when to ask again.
func (s *session) service(now time.Duration) (frame []byte, next time.Duration, err error) {
	if s.dead == nil && s.asked > 0 && now-s.askedAt >= answerWait {
		s.dead = fmt.Errorf("%w for %v", errSilent, answerWait)
	}
	if s.dead != nil {
		return nil, arm.Never, s.dead
	}
	if s.refusal != "" {
		s.alarm(s.refusal)
		s.refusal = ""
	}
	s.stopOverdue(now)
	switch {
	case s.rearm == rearmHold:
		frame = s.hold(now)
	case s.gripWaits():
		frame = s.gripNow(now, s.grip.noted)
	case now >= s.nextAsk:
		s.giveUp(now)
		frame = s.ask(now)
	}
	return frame, s.nextAsk, nil
}

// heard takes what the servos measure.
func (s *session) heard(now time.Duration, f feedback) {
	s.feedback, s.known = f, true
	s.answered(now)
	s.rest.see(now, f.at)
	stands := s.rest.stands(now)
	m := arm.Measurement{Position: f.at.forward(), Joints: f.at.angles(), AtRest: stands}
	s.tell(func(f arm.Feedback) { f.Measured(m) })
	if stands {
		s.stands()
	}
	s.gripHeard(now)
	s.rearmHeard(stands)
	s.schedule(now, stands)
}

// answered takes an answer for that to the oldest question. A controller that was busy answers
// all that it finds one after the other, and has read everything only with the last.
func (s *session) answered(now time.Duration) {
	s.asked = max(s.asked-1, 0)
	if s.drains = s.asked > 0; s.drains {
		s.askedAt = now
		return
	}
	s.unread = s.behind
}

// giveUp takes the answers for lost that did not follow the others in time.
func (s *session) giveUp(now time.Duration) {
	if s.drains && now >= s.nextAsk {
		s.asked, s.drains = 0, false
	}
}

// schedule sets when the next question is due.
func (s *session) schedule(now time.Duration, stands bool) {
	if s.drains {
		s.nextAsk = now + askAgain
		s.wake()
		return
	}
	every := movingPoll
	if stands && !s.stopping && !s.grip.underway && s.rearm == rearmNone {
		every = restPoll
	}
	s.nextAsk = max(now, s.askedAt+every)
	if every == movingPoll {
		s.wake()
	}
}

// stands follows from standstill: how far from their goal the servos rest, and the end of
// a stop.
func (s *session) stands() {
	if s.course.known && !s.limp {
		s.weigh()
	}
	if s.stopping {
		s.stopping = false
		s.tell(func(f arm.Feedback) { f.Stopped(arm.StopConfirmed) })
	}
}

// lost notes that the link is gone.
func (s *session) lost(err error) {
	if s.dead != nil {
		return
	}
	s.dead = err
	s.tell(func(f arm.Feedback) { f.Lost(err) })
}
