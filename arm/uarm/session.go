package uarm

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

var (
	errSilent = errors.New("controller does not report its position")
	errAnswer = errors.New("controller does not answer")
	errReset  = errors.New("controller was reset")
	errNoise  = errors.New("controller sends more than it can have to say")
)

// abortLine drops what is planned. It is heeded before the lines that wait, but only bare: without
// a number, and nothing else in its line (Marlin_main.cpp, get_serial_commands).
const abortLine = "M410\n"

// mostWaiting is how many lines from the controller may wait for the writer: it sends some
// 20 a second.
const mostWaiting = 1000

// session is what is known of one controller between Open and Close, as a state machine
// without clock, lock or I/O. What comes in waits in the inbox until the writer's next call,
// which brings the time.
type session struct {
	cfg    Config
	ledger ledger
	inbox  []reply
	events []event
	dead   error // why the link is lost
	open   *handshake

	pos     safety.Point // mm, measured
	known   bool         // pos is known
	heardAt safety.Instant
	timed   bool // what is known of times is by the writer's clock

	rest   standing
	motion committed
	bias   safety.Point   // mm, from a setpoint to what the controller is told of it
	every  safety.Instant // between two reports, as the controller was told; 0: not told

	powerless bool
	synced    bool // the controller plans from where the arm is
	placed    bool // and that is known here
	relaxed   bool
	deafUntil safety.Instant

	stop  stopping
	rearm rearmPhase
	grip  gripping

	frame []byte // of the writer alone
}

func newSession(cfg Config) *session {
	return &session{cfg: cfg, open: &handshake{}, motion: newCommitted(cfg)}
}

// event is something to tell the Feedback.
type event func(arm.Feedback)

func (s *session) tell(e event) { s.events = append(s.events, e) }

func (s *session) takeEvents() []event {
	e := s.events
	s.events = nil
	return e
}

// takesMotion reports whether the controller takes a G0, the horizon aside. One is out at a
// time: its ok says that the last piece of it is planned.
func (s *session) takesMotion(now safety.Instant) bool {
	ready := s.stop.phase == stopNone && s.rearm == rearmNone && s.synced && !s.relaxed && now >= s.deafUntil
	return s.dead == nil && s.known && ready && !s.powerless && !s.ledger.has(lineMove) && !s.ledger.full()
}

// accepts returns how much of sp fits into the horizon. A part is taken only from
// standstill: of an arm that moves there is more room a tick later.
func (s *session) accepts(now safety.Instant, sp safety.Setpoint) (part float64) {
	if !s.takesMotion(now) || !sp.Position.Finite() || math.IsNaN(sp.Speed) || sp.Position.Norm() > farthest {
		return 0
	}
	bias, ok := s.biasFor(sp.From)
	if !ok {
		s.elsewhere(sp.From)
		return 0
	}
	way := sp.Position.Sub(sp.From)
	for part = 1; part > smallestPart; part /= 2 {
		short := safety.Setpoint{Position: sp.From.Add(way.Scale(part)), Speed: sp.Speed * part}
		if margin+s.motion.takes(s.block(short, bias)) <= s.cfg.Horizon {
			return part
		}
		if !s.rest.quiet {
			break
		}
	}
	return 0
}

// smallestPart is not worth a line.
const smallestPart = 0.02

// move returns the frame of a setpoint, none for one that is where the last one was.
func (s *session) move(now safety.Instant, sp safety.Setpoint) ([]byte, error) {
	if s.dead != nil {
		return nil, s.dead
	}
	bias, _ := s.biasFor(sp.From)
	b := s.block(sp, bias)
	s.bias = bias // also of a step that is too short for a line: it adds to the next one
	if b.length == 0 {
		return nil, nil
	}
	s.motion.add(now, b)
	s.rest.moves()
	return s.send(now, lineMove, moveText(b.to, b.feed)), nil
}

// block returns what the controller is to do for a setpoint.
func (s *session) block(sp safety.Setpoint, bias safety.Point) block {
	to := onGrid(sp.Position.Add(bias))
	length := to.Sub(s.motion.end()).Norm()
	return s.motion.block(to, feed(sp, length, s.cfg.Tick.Seconds(), s.cfg.Speed))
}

// send notes a line as un-acknowledged, and returns its frame.
func (s *session) send(now safety.Instant, k lineKind, text string) []byte {
	b := append(s.frame[:0], '#')
	b = strconv.AppendInt(b, int64(s.ledger.add(now, k, text)), 10)
	b = append(b, ' ')
	b = append(b, text...)
	s.frame = append(b, '\n')
	return s.frame
}

// service takes what came in, and returns the frame that is due, if any, and when to ask again. A
// controller that is given up because it is silent gets a last M410: what it has not read yet
// must not run once it reads again.
func (s *session) service(now safety.Instant) (frame []byte, next safety.Instant, err error) {
	s.take(now)
	if s.dead == nil {
		if s.dead = s.overdue(now); s.dead != nil {
			return append(s.frame[:0], abortLine...), arm.Never, s.dead
		}
	}
	if s.dead != nil {
		return nil, arm.Never, s.dead
	}
	for _, due := range []func(safety.Instant) []byte{s.dueOpen, s.dueStop, s.dueRearm, s.dueGrip, s.dueStream, s.dueMoving} {
		if frame = due(now); len(frame) > 0 {
			return frame, now, nil
		}
	}
	return nil, s.next(now), nil
}

// next returns when something is due that no line from the controller announces.
func (s *session) next(now safety.Instant) safety.Instant {
	next := s.heardAt + s.reportDue()
	for _, l := range s.ledger.lines {
		next = min(next, l.sent+answerWait)
	}
	if !s.asking() {
		next = min(next, s.grip.next(), s.rest.next())
	}
	return max(min(next, s.stop.next(), s.open.next()), now)
}

// asking reports whether a question has to wait: its answer, or another one, comes first.
func (s *session) asking() bool {
	return s.ledger.has(lineMoving) || s.ledger.has(lineMove) || s.ledger.has(lineGripped) || s.ledger.full() || s.clearing()
}

// overdue reports a silence that has lasted too long.
func (s *session) overdue(now safety.Instant) error {
	if s.open != nil {
		return nil // Open has a time of its own
	}
	if now-s.heardAt >= s.reportDue() {
		return fmt.Errorf("%w for %v", errSilent, s.reportDue())
	}
	if s.stop.phase == stopAbort && now-s.stop.since >= answerWait {
		return fmt.Errorf("%w M410 within %v", errAnswer, answerWait)
	}
	for _, l := range s.ledger.lines {
		if now-l.sent >= answerWait {
			return fmt.Errorf("%w %q within %v", errAnswer, l.text, answerWait)
		}
	}
	return nil
}

// reportDue returns how long the controller may be silent.
func (s *session) reportDue() safety.Instant { return s.every*2 + reportWait }

// lost notes that the link is gone.
func (s *session) lost(err error) {
	if s.dead != nil {
		return
	}
	s.dead = err
	s.tell(func(f arm.Feedback) { f.Lost(err) })
}

func (s *session) alarm(text string, locked bool) {
	s.tell(func(f arm.Feedback) { f.Alarm(text, locked) })
}
