package grbl

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// longestLine is far above every line of Grbl. What is longer is noise.
const longestLine = 512

// receive takes one line from the controller.
func (s *session) receive(text string) {
	switch r := parseReply(text); r.kind {
	case replyOK:
		s.answered(0, true)
	case replyError:
		s.answered(r.code, false)
	case replyAlarm:
		s.lock(alarmText(r.code))
	case replyReset:
		s.critical = true
	case replyLocked:
		if !s.locked {
			s.lock("locked: home the arm, or unlock it")
		}
	case replyBanner:
		s.banner(r.text)
	case replyStatus:
		s.reported(r.report)
	case replySetting:
		s.listed(r)
	}
}

// answered takes the answer to the oldest line. One that nothing is open for is noise.
func (s *session) answered(code int, ok bool) {
	l, open := s.ledger.answer()
	if !open {
		return
	}
	if s.open != nil {
		s.open.answered(code, ok)
		return
	}
	switch l.kind {
	case lineJog:
		if !ok && s.stop.stands() {
			s.refuse("jog", errorText(code))
		}
	case lineGrip:
		s.gripAnswered(l.grip, code, ok)
	case lineUnlock:
		s.unlockAnswered(code, ok)
	}
	s.stopAnswered(l)
}

// banner takes the sign that the controller has started anew: it knows nothing of what was
// sent, and shows its offsets again.
func (s *session) banner(name string) {
	s.ledger.clear()
	s.known, s.wcoKnown, s.quiet, s.critical, s.polled = false, false, false, false, false
	s.report = report{}
	switch {
	case s.open != nil:
		s.open.banner(name)
	case s.resetting:
		s.resetting, s.pollAt = false, 0
		s.stopReset()
		s.wake()
	default:
		s.lost(errReset)
	}
}

// reported takes a status report.
func (s *session) reported(r report) {
	s.report, s.fresh, s.polled = r, true, false
	s.place(r)
	s.quiet = r.stands() && s.ledger.empty()
	s.lockedBy(r.state)
	if s.open != nil || s.resetting {
		return
	}
	if s.known {
		p, atRest := s.pos, r.stands() && (r.state != stateIdle || !s.ledger.has(lineJog))
		s.tell(func(f arm.Feedback) { f.Measured(arm.Measurement{Position: p, AtRest: atRest}) })
	}
	s.stopReported(r)
	s.rearmReported(r)
	if s.quiet && s.grip != safety.GripperUnchanged {
		s.wake()
	}
}

// place works out the position in work coordinates. The offset is in every tenth report or
// so, and in the first after a reset.
func (s *session) place(r report) {
	if r.withWCO {
		s.wco, s.wcoKnown = r.wco, true
	}
	switch {
	case r.work:
		s.pos, s.known = r.pos, true
	case s.wcoKnown:
		s.pos, s.known = r.pos.Sub(s.wco), true
	}
}

// lockedBy notes a lock that a report shows to begin or to have ended.
func (s *session) lockedBy(st state) {
	words := stateWords[st]
	switch {
	case words != "" && !s.locked && !s.stop.holds():
		s.lock(words)
	case words == "" && s.locked && !s.resetting:
		s.locked, s.why = false, ""
		s.tell(func(f arm.Feedback) { f.Unlocked() })
	}
}

// listed takes one setting of the answer to $$.
func (s *session) listed(r reply) {
	if s.open != nil {
		s.open.listing(r)
		return
	}
	s.ledger.forgetBefore(lineSync)
}
