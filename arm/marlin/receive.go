package marlin

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// longestLine is above every line of Marlin that counts. Of a longer one the end counts.
const longestLine = 512

// splitter cuts what comes in into lines.
type splitter struct{ line []byte }

// split calls each with every line that b completes, without its line ending.
func (s *splitter) split(b []byte, each func(line string)) {
	for _, c := range b {
		if c == '\n' {
			each(trimReturns(s.line))
			s.line = s.line[:0]
			continue
		}
		if len(s.line) == longestLine {
			s.line = append(s.line[:0], s.line[longestLine/2:]...)
		}
		s.line = append(s.line, c)
	}
}

func trimReturns(line []byte) string {
	for len(line) > 0 && line[len(line)-1] == '\r' {
		line = line[:len(line)-1]
	}
	return string(line)
}

// receive takes one line from the controller.
func (s *session) receive(text string) {
	r := parseReply(text)
	switch {
	case s.open != nil && r.kind == replyStart:
		s.open, s.number = newHandshake(s.cfg), 0
		return
	case s.open != nil:
		s.open.receive(r, text)
		return
	}
	switch r.kind {
	case replyOK:
		s.answered()
	case replyStart:
		s.lost(errReset)
	case replyBusy:
		s.alive, s.busy = true, true
	case replyPosition:
		if head := s.ledger.head(); head != nil && head.kind == lineAsk {
			s.pos, s.told = r.position, true
		}
	case replyRefused:
		if head := s.ledger.head(); head != nil {
			head.refused = r.text
		}
	case replyDamaged:
		s.damaged(r.number)
	case replyHalted:
		s.halt(r.text + ", and takes nothing more: switch the controller off and on, and home the arm")
	case replyStopped:
		s.halt(r.text)
	case replyError:
		s.alarm("controller reports an error: " + r.text)
	}
}

// answered takes an ok. One that nothing is open for is noise.
func (s *session) answered() {
	if s.noisy {
		return
	}
	l, open := s.ledger.answer()
	if !open {
		return
	}
	s.alive, s.busy = true, false
	switch l.kind {
	case lineMove:
		s.moved(l.refused)
	case lineSync:
		s.synced(l.refused)
	case lineAsk:
		s.located()
	case lineGrip:
		s.gripped(l.grip, l.refused)
	}
	s.wake()
}

// halt notes that the controller takes no motion, and why. Nothing is sent to it any more.
func (s *session) halt(why string) {
	if s.halted != "" {
		return
	}
	s.halted = why
	s.ledger.clear()
	s.held, s.flight, s.arrived, s.locate = nil, s.flight[:0], 0, locateNone
	if s.stop.phase == stopQuick {
		s.stop.phase = stopDrain // M410 is not answered any more: the stop ends as any other
	}
	s.tell(func(f arm.Feedback) { f.Alarm(why, true) })
	s.wake()
}

// damaged notes that a line did not arrive as it was sent. With it the controller has thrown
// away what was behind it, so that which answer belongs to which line is not known any more.
func (s *session) damaged(number int) {
	s.wanted = number
	if s.noisy {
		return
	}
	s.noisy, s.clear = true, 0
	s.alarm(fmt.Sprintf("line %d did not arrive as it was sent: noise on the cable", number))
	s.wake()
}

// dueResync lets everything be answered that is to be, and then begins anew with the number
// that the controller wants. The motion that was under way is not sent again.
func (s *session) dueResync(now safety.Instant) []byte {
	if s.clear == 0 {
		s.clear = now + noiseWait
	}
	if now < s.clear {
		return nil
	}
	s.noisy, s.number = false, s.wanted
	s.ledger.clear()
	s.held, s.flight, s.arrived = nil, s.flight[:0], 0
	s.quiet, s.grip, s.told = false, safety.GripperUnchanged, false
	s.locate, s.stop.since = locateWanted, now
	return s.dueLocate(now)
}
