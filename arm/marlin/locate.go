package marlin

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// locating is how the place of an arm that stands is found: M400 is answered when it stands,
// and M114 then says where.
type locating uint8

const (
	locateNone   locating = iota
	locateWanted          // nothing sent yet
	locateSync            // M400 was sent
	locateStands          // and answered
	locateAsk             // M114 was sent
)

const (
	// foolings is how many targets in a row may be shown by an arm that is still on its way there
	// before the firmware is believed to have no M114 R.
	foolings = 3
	// sameTarget is within how many mm a position is the target itself: M114 rounds to 0.01.
	sameTarget = 0.02
	// farAhead is how many mm an arm must have to go for its measurement to count as one.
	farAhead = 1
)

// dueLocate returns what finding the arm needs sent now. It is found once it should have come
// to rest, and then now and then: people move it from its panel.
func (s *session) dueLocate(now safety.Instant) []byte {
	switch s.locate {
	case locateNone:
		switch {
		case s.polls() && now >= s.pollAt && now < s.plan.rests():
			s.pollAt, s.asked, s.askedEnd, s.askedFar = now+movingPoll, now, s.end(), s.ahead() >= farAhead
			return s.sendText(now, line{kind: lineAsk}, askRealtime)
		case s.held != nil, !s.ledger.empty(), s.quiet && now < s.pollAt, !s.quiet && now < s.plan.rests()+restGrace:
			return nil
		}
		s.locate = locateSync
		return s.sendText(now, line{kind: lineSync}, syncLine)
	case locateWanted:
		s.locate = locateSync
		return s.sendText(now, line{kind: lineSync}, syncLine)
	case locateStands:
		if !s.ledger.empty() {
			return nil
		}
		s.locate, s.told, s.asked = locateAsk, false, now
		s.pollAt = now + restPoll
		return s.sendText(now, line{kind: lineAsk}, s.cfg.ask())
	}
	return nil
}

// synced takes the answer to M400.
func (s *session) synced(refused string) {
	if s.locate != locateSync {
		return
	}
	if s.locate = locateStands; refused != "" {
		s.locate = locateWanted
	}
	s.wake()
}

// located takes the answer to M114. Without a position it was the answer to something else.
func (s *session) located() {
	told := s.told
	s.told = false
	switch {
	case s.locate == locateAsk && !told:
		s.locate = locateStands
		s.wake()
	case s.locate == locateAsk:
		s.stands()
	case told && s.locate == locateNone:
		s.underway()
	}
}

// stands takes the place of an arm that does not move.
func (s *session) stands() {
	s.locate, s.quiet, s.fooled = locateNone, true, 0
	p, expected := s.pos, s.end()
	s.plan.settle(p)
	s.flight, s.arrived, s.fresh = s.flight[:0], 0, false
	s.tell(func(f arm.Feedback) { f.Measured(arm.Measurement{Position: p, AtRest: true}) })
	if s.stop.phase == stopNone && !s.stop.latched && p.Sub(expected).Norm() > apart {
		s.alarm(fmt.Sprintf("the controller stands at %.2f, %.2f, %.2f and was sent to %.2f, %.2f, %.2f: it was moved from its panel, or does not reach that (software endstops, M211)",
			p.X, p.Y, p.Z, expected.X, expected.Y, expected.Z))
	}
	s.stopDone()
	s.wake()
}

// underway takes the place of an arm that may move.
func (s *session) underway() {
	p := s.pos
	s.fresh = true
	s.tell(func(f arm.Feedback) { f.Measured(arm.Measurement{Position: p}) })
	switch {
	case p.Sub(s.askedEnd).Norm() > sameTarget:
		s.fooled = 0
		return
	case !s.askedFar, s.askedEnd == s.shown: // an arm that waits for more stands there
		return
	}
	s.shown = s.askedEnd
	if s.fooled++; s.fooled == foolings {
		s.alarm("M114 R shows where the arm is to go, and not where it is: build the firmware with M114_REALTIME, or configure that it is not")
	}
}
