package marlin

import (
	"errors"
	"fmt"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

var (
	errSilent = errors.New("controller does not answer")
	errReset  = errors.New("controller was reset")
	errAstray = errors.New("the arm does not stand where its next motion is to begin: it is opened again, which tells where it stands")
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

	number  int      // of the next line
	held    *held    // not sent yet, nil: none
	flight  []motion // sent, and not known to be planned
	arrived int      // of these, answered since the model was looked at

	pos      safety.Point // mm, of the last answer to M114
	told     bool         // that answer has come, and its ok has not
	asked    safety.Instant
	askedEnd safety.Point // mm, where the arm was sent when it was asked for
	askedFar bool         // it then had farAhead to go
	fresh    bool         // pos has not been seen by the model, and was measured in motion
	fooled   int          // targets in a row that a moving arm showed
	shown    safety.Point // the newest of them

	locate locating
	quiet  bool           // the arm stands where it was located, and nothing was sent since
	pollAt safety.Instant // when it is due to look again

	alive  bool           // something came that shows life
	lively safety.Instant // when that was noticed
	busy   bool           // it was echo:busy

	stop   stopping
	halted string         // why the controller reads no more, or takes no motion
	wanted int            // the number that a damaged line left the controller with
	noisy  bool           // a line was damaged
	clear  safety.Instant // until then nothing is sent, and what comes counts for nothing
	astray bool           // a setpoint began elsewhere than where the arm is

	grip  safety.Gripper // waits to be sent
	modes []string       // wait to be sent

	text, frame []byte // of the writer alone
}

func newSession(cfg Config) *session { return &session{cfg: cfg, open: newHandshake(cfg)} }

// event is something to tell the Feedback.
type event func(arm.Feedback)

func (s *session) tell(e event) { s.events = append(s.events, e) }

func (s *session) wake() { s.tell(func(f arm.Feedback) { f.Wake() }) }

func (s *session) takeEvents() []event {
	e := s.events
	s.events = nil
	return e
}

// send notes a line as un-acknowledged, and returns its frame.
func (s *session) send(now safety.Instant, l line, text []byte) []byte {
	l.sent = now
	if s.ledger.empty() {
		s.lively, s.busy = now, false
	}
	s.ledger.add(l)
	s.frame = appendLine(s.frame[:0], s.number, text)
	s.number++
	return s.frame
}

func (s *session) sendText(now safety.Instant, l line, text string) []byte {
	s.text = append(s.text[:0], text...)
	return s.send(now, l, s.text)
}

// observe lets the model see what came in.
func (s *session) observe(now safety.Instant) {
	if s.alive {
		s.alive, s.lively = false, now
	}
	for ; s.arrived > 0 && len(s.flight) > 0; s.arrived-- {
		s.plan.add(now, s.flight[0].to, s.flight[0].feed)
		s.flight = append(s.flight[:0], s.flight[1:]...)
	}
	s.arrived = 0
	if s.fresh {
		s.fresh = false
		s.plan.measured(now, s.asked, s.pos)
	}
	s.plan.advance(now)
}

// end returns where the arm comes to rest, what is held aside.
func (s *session) end() safety.Point {
	if n := len(s.flight); n > 0 {
		return s.flight[n-1].to
	}
	return s.plan.end()
}

// ahead returns how many mm of motion have not begun.
func (s *session) ahead() (mm float64) {
	from := s.plan.end()
	for _, b := range s.plan.blocks {
		if !b.begun {
			mm += b.length
		}
	}
	for _, m := range s.flight {
		mm += m.to.Sub(from).Norm()
		from = m.to
	}
	return mm
}

// service returns the frame that is due, if any, and when to ask again. Giving up a controller
// that is silent has a frame too: the motion that it has not read yet is then dropped as soon
// as it reads again.
func (s *session) service(now safety.Instant) (frame []byte, next safety.Instant, err error) {
	if s.dead == nil {
		s.observe(now)
		if s.dead = s.overdue(now); s.dead != nil {
			frame = append(s.frame[:0], quickLine...)
		} else if s.astray {
			s.dead = errAstray
		}
	}
	if s.dead != nil {
		return frame, arm.Never, s.dead
	}
	frame = s.due(now)
	return frame, s.next(now), nil
}

// due returns the one frame that is due now.
func (s *session) due(now safety.Instant) []byte {
	switch {
	case s.halted != "":
		s.haltedStop(now)
		return nil
	case s.noisy:
		return s.dueResync(now)
	}
	if frame := s.dueStop(now); frame != nil {
		return frame
	}
	if frame := s.dueMode(now); frame != nil {
		return frame
	}
	if frame := s.dueHeld(now); frame != nil {
		return frame
	}
	if frame := s.dueGrip(now); frame != nil {
		return frame
	}
	return s.dueLocate(now)
}

// next returns when something is due if nothing comes in before.
func (s *session) next(now safety.Instant) safety.Instant {
	next := s.deadline()
	switch {
	case s.halted != "":
		return s.stop.deadline(s.cfg.Horizon)
	case s.noisy:
		return s.clear
	case s.locate == locateSync:
		next = min(next, s.stop.deadline(s.cfg.Horizon))
	case s.polls() && s.plan.rests() > now:
		next = min(next, s.pollAt)
	}
	switch {
	case s.held != nil:
		next = min(next, s.held.until)
	case s.locate != locateNone || !s.ledger.empty():
	case s.quiet:
		next = min(next, s.pollAt)
	default:
		next = min(next, s.plan.rests()+restGrace)
	}
	return max(next, now)
}

// polls reports whether the position is asked for in motion: once at a time, for an answer
// belongs to the moment of its question.
func (s *session) polls() bool {
	return s.cfg.RealtimePosition && !s.quiet && s.locate == locateNone && s.ledger.room() && !s.ledger.has(lineAsk)
}

// deadline returns when the oldest line must have been answered, or the controller have said
// that it is busy.
func (s *session) deadline() safety.Instant {
	head := s.ledger.head()
	if head == nil {
		return arm.Never
	}
	wait := ackTimeout
	switch {
	case head.kind == lineQuick || s.ledger.has(lineQuick):
		wait = quickWait
	case s.busy || head.kind == lineSync || head.kind == lineGrip:
		wait = busyWait
	}
	return max(head.sent, s.lively) + wait
}

// overdue reports an answer that should have come.
func (s *session) overdue(now safety.Instant) error {
	if s.noisy || now < s.deadline() {
		return nil
	}
	return fmt.Errorf("%w for %v", errSilent, s.deadline()-max(s.ledger.head().sent, s.lively))
}

// lost notes that the link is gone.
func (s *session) lost(err error) {
	if s.dead != nil {
		return
	}
	s.dead = err
	s.tell(func(f arm.Feedback) { f.Lost(err) })
}

// alarm tells that something went wrong that stops the arm.
func (s *session) alarm(text string) {
	s.tell(func(f arm.Feedback) { f.Alarm(text, false) })
}
