package grbl

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// Realtime bytes: never buffered by Grbl, never answered by ok.
const (
	bytePoll   = '?'
	byteHold   = '!'
	byteStart  = '~' // cycle start
	byteReset  = 0x18
	byteCancel = 0x85 // jog cancel
)

// Lines without parameters.
const (
	askSettings = "$$\n"
	unlockLine  = "$X\n"
	emptyLine   = "\n"
)

var (
	errAck    = errors.New("controller does not acknowledge a line")
	errAnswer = errors.New("controller does not answer a status request")
	errBanner = errors.New("controller does not come back from a reset")
	errReset  = errors.New("controller was reset")
)

// session is what is known of one controller between Open and Close, as a state machine
// without clock, lock or I/O: the writer's calls and the lines that come in go in, frames
// and events come out.
type session struct {
	cfg    Config
	limits limits
	plan   plan
	ledger ledger
	open   *handshake // not nil while opening
	events []event
	dead   error // why the link is lost

	report   report       // the latest one since the last banner
	pos      safety.Point // mm, work coordinates, of report
	known    bool         // pos is known
	fresh    bool         // report has not been seen by plan
	wco      safety.Point
	wcoKnown bool
	quiet    bool // at that report the arm stood, and nothing was un-acknowledged; nothing was sent since

	pollAt   safety.Instant // when the next ? is due
	polledAt safety.Instant // when the oldest unanswered one went out, if polled
	polled   bool

	locked    bool
	why       string // what locked it
	critical  bool   // takes nothing but a reset
	resetting bool   // a banner is to come
	resetAt   safety.Instant

	stop  stopping
	rearm rearmPhase
	grip  safety.Gripper // waits to be sent

	frame []byte // of the writer alone
}

func newSession(cfg Config) *session { return &session{cfg: cfg, open: &handshake{}} }

// event is something to tell the Feedback.
type event func(arm.Feedback)

func (s *session) tell(e event) { s.events = append(s.events, e) }

func (s *session) wake() { s.tell(func(f arm.Feedback) { f.Wake() }) }

func (s *session) takeEvents() []event {
	e := s.events
	s.events = nil
	return e
}

// takesMotion reports whether the controller takes a jog, horizon and buffers aside.
func (s *session) takesMotion() bool {
	moves := s.report.state == stateIdle || s.report.state == stateJog
	still := s.stop.phase == stopNone && s.rearm == rearmNone && !s.resetting
	return s.dead == nil && s.known && moves && still && !s.locked && !s.gripping()
}

// gripping reports whether the gripper is still to be told, or to answer.
func (s *session) gripping() bool {
	return s.grip != safety.GripperUnchanged || s.ledger.has(lineGrip)
}

func (s *session) accepts(now safety.Instant, sp safety.Setpoint) bool {
	s.observe(now)
	if !s.takesMotion() || !sp.Position.Finite() || math.IsNaN(sp.Speed) {
		return false
	}
	b := s.block(now, sp)
	size := len(appendJog(nil, b.to, b.feed))
	return size <= lineBytes+1 && s.ledger.fits(size) && s.plan.takes(now, b, s.cfg.Horizon)
}

// move returns the frame of a setpoint, none for one that is where the last one was.
func (s *session) move(now safety.Instant, sp safety.Setpoint) ([]byte, error) {
	if s.dead != nil {
		return nil, s.dead
	}
	s.observe(now)
	b := s.block(now, sp)
	if b.length == 0 {
		return nil, nil
	}
	s.plan.add(now, b)
	return s.send(now, line{kind: lineJog}, string(appendJog(nil, b.to, b.feed))), nil
}

func (s *session) block(now safety.Instant, sp safety.Setpoint) block {
	to := onGrid(sp.Position)
	length := to.Sub(s.plan.end()).Norm()
	return s.plan.block(now, to, feed(sp, length, s.cfg.Tick.Seconds(), min(s.cfg.Speed, s.limits.rate)))
}

// send notes a line as un-acknowledged, and returns its frame.
func (s *session) send(now safety.Instant, l line, text string) []byte {
	l.sent, l.size = now, len(text)
	s.ledger.add(l)
	if s.quiet {
		s.quiet = false
		s.wake()
	}
	s.pollAt = min(s.pollAt, now+movingPoll)
	s.frame = append(s.frame[:0], text...)
	return s.frame
}

// service returns the frame that is due, if any, and when to ask again. Giving up a controller
// that is silent has a frame too: what it has not read yet must not run once it reads again.
func (s *session) service(now safety.Instant) (frame []byte, next safety.Instant, err error) {
	if s.dead == nil {
		if s.dead = s.overdue(now); s.dead != nil {
			frame = append(s.frame[:0], byteCancel, byteReset)
		}
	}
	if s.dead != nil {
		return frame, arm.Never, s.dead
	}
	s.observe(now)
	switch {
	case s.stop.phase != stopNone:
		frame = s.dueStop(now)
	case s.rearm != rearmNone:
		frame = s.dueRearm(now)
	case s.grip != safety.GripperUnchanged:
		frame = s.dueGrip(now)
	}
	if now >= s.pollAt && !s.resetting {
		frame = append(frame, s.poll(now)...)
	}
	return frame, s.next(now), nil
}

// observe lets the model see the latest report.
func (s *session) observe(now safety.Instant) {
	if !s.fresh || !s.known {
		return
	}
	s.fresh = false
	if s.quiet {
		s.plan.settle(now, s.pos)
	} else {
		s.plan.measured(now, s.pos)
	}
}

func (s *session) poll(now safety.Instant) []byte {
	s.pollAt = now + s.pollEvery()
	if !s.polled {
		s.polled, s.polledAt = true, now
	}
	s.plan.polled(now)
	return []byte{bytePoll}
}

func (s *session) pollEvery() safety.Instant {
	if s.quiet && s.stop.phase == stopNone && s.rearm == rearmNone && s.grip == safety.GripperUnchanged {
		return restPoll
	}
	return movingPoll
}

func (s *session) next(now safety.Instant) safety.Instant {
	if s.resetting {
		return s.resetAt + resetWait
	}
	return max(s.pollAt, now)
}

// overdue reports an answer that should have come. While a stop cancels or holds its own
// deadlines count: they end in a reset, and that in a banner.
func (s *session) overdue(now safety.Instant) error {
	if s.resetting {
		if now-s.resetAt >= resetWait {
			return fmt.Errorf("%w for %v", errBanner, resetWait)
		}
		return nil
	}
	if s.stop.phase == stopCancel || s.stop.phase == stopHold {
		return nil
	}
	if s.polled && now-s.polledAt >= answerWait {
		return fmt.Errorf("%w for %v", errAnswer, answerWait)
	}
	if s.ledger.empty() {
		return nil
	}
	wait := ackTimeout
	if s.ledger.has(lineGrip) {
		wait = gripWait
	}
	if now-s.ledger.lines[0].sent >= wait {
		return fmt.Errorf("%w for %v", errAck, wait)
	}
	return nil
}

// reset returns the frame of a soft reset. The controller then forgets everything but
// where it is.
func (s *session) reset(now safety.Instant) []byte {
	s.resetting, s.resetAt = true, now
	s.quiet, s.polled = false, false
	return append(s.frame[:0], byteReset)
}

// lost notes that the link is gone.
func (s *session) lost(err error) {
	if s.dead != nil {
		return
	}
	s.dead = err
	s.tell(func(f arm.Feedback) { f.Lost(err) })
}

// lock notes that the controller takes no motion, and why.
func (s *session) lock(why string) {
	s.locked, s.why = true, why
	s.tell(func(f arm.Feedback) { f.Alarm(why, true) })
}

// refuse reports a line that was refused.
func (s *session) refuse(what, why string) {
	text := strings.TrimSpace(what) + " refused: " + why
	s.tell(func(f arm.Feedback) { f.Alarm(text, false) })
}
