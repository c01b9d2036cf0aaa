package uarm

import (
	"strconv"

	"github.com/aether-arm/aetherd/safety"
)

// dueStream tells the controller how often to report where the arm is.
func (s *session) dueStream(now safety.Instant) []byte {
	every := movingReport
	if s.rest.quiet && s.stop.phase == stopNone && s.rearm == rearmNone {
		every = restReport
	}
	waits := s.open != nil && !s.open.named()
	if every == s.every || waits || s.clearing() || s.ledger.full() || s.ledger.has(lineStream) {
		return nil
	}
	s.every, s.heardAt = every, now
	return s.send(now, lineStream, "M2120 V"+strconv.FormatFloat(every.Seconds(), 'f', -1, 64))
}
