package uarm

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// longestLine is far above every line of the controller. What is longer is noise.
const longestLine = 256

// receive takes one line from the controller. It waits for the writer.
func (s *session) receive(text string) {
	r := parseReply(text)
	if r.kind == replyNone {
		return
	}
	if len(s.inbox) >= mostWaiting {
		s.lost(errNoise)
		return
	}
	s.inbox = append(s.inbox, r)
	s.tell(func(f arm.Feedback) { f.Wake() })
}

// take carries out what came in.
func (s *session) take(now safety.Instant) {
	if !s.timed {
		s.timed, s.heardAt = true, now
		for i := range s.ledger.lines {
			s.ledger.lines[i].sent = now
		}
	}
	for _, r := range s.inbox {
		s.handle(now, r)
	}
	s.inbox = s.inbox[:0]
}

func (s *session) handle(now safety.Instant, r reply) {
	switch r.kind {
	case replyNumbered:
		if l, open := s.ledger.answer(r.number); open {
			s.answered(now, l, r)
		}
	case replyOK:
		s.aborted(now)
	case replyPosition:
		s.reported(now, r.pos)
	case replyPower:
		s.power(now, r.on)
	case replyBanner:
		if s.open == nil {
			s.lost(errReset)
			return
		}
		s.restart()
	case replyUnknown:
		if l, open := s.ledger.oldest(); open {
			s.unknown(l)
		}
	case replyKilled:
		s.alarm("the controller has shut itself down, switch it off and on: "+r.data, true)
	}
}

// answered takes the answer to a line.
func (s *session) answered(now safety.Instant, l line, r reply) {
	if r.code == codeNoPower {
		s.power(now, false)
	} else if r.code != 0 {
		s.alarm(fmt.Sprintf("%s refused: %s", l.text, codeText(r.code)), false)
	}
	switch l.kind {
	case lineName:
		s.named(now, r)
	case lineClear:
		s.cleared(now, r.code)
	case lineMoving:
		s.movingAnswered(r.data)
	case lineGrip, lineGripped:
		s.gripAnswered(now, l, r)
	case lineHold:
		s.held(r.code)
	case lineMove:
		s.rest.moves()
	}
}

// unknown takes the one answer to a command that the firmware does not have.
func (s *session) unknown(l line) {
	text := l.text + " is unknown to the controller: this driver is for firmware 3.2"
	if s.open != nil {
		s.open.err = fmt.Errorf("%s", text)
		return
	}
	s.alarm(text, false)
}

// reported takes a position.
func (s *session) reported(now safety.Instant, p safety.Point) {
	way := p.Sub(s.pos).Norm()
	if !s.known {
		way = still
	}
	s.pos, s.known, s.heardAt = p, true, now
	s.power(now, true)
	if s.rest.quiet && way < still {
		s.measured(true)
		s.checkPlace() // it may creep
		return
	}
	s.rest.reported(way)
	s.motion.measured(now, p.Add(s.bias))
	s.measured(false)
}

// power takes that the 12 V are there or not. The controller lives on USB's 5 V, and tells
// either where it has no position to report.
func (s *session) power(now safety.Instant, on bool) {
	s.heardAt = now
	if on != s.powerless {
		return
	}
	s.powerless = !on
	switch {
	case on:
		s.tell(func(f arm.Feedback) { f.Unlocked() })
	default:
		s.synced = false // without its motors' current the arm does not stay
		s.rest.moves()
		s.alarm("the 12 V power of the arm is off", true)
	}
}
