package grbl

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aether-arm/aetherd/arm"
)

// handshake is how far Open has come with one controller.
//
// Any banner begins it anew. A banner may be an old one, or the first of two where opening
// the port resets the board and 0x18 does it again: the later one eats what was sent
// between them.
type handshake struct {
	name   string // what the controller calls itself; "": no banner yet
	asked  bool   // $$ was sent
	listed bool   // and answered
	got    settings
	limits limits
	err    error
}

func (h *handshake) banner(name string) {
	*h = handshake{name: name, got: settings{}}
	if strings.HasPrefix(name, "Grbl 0.") {
		h.err = fmt.Errorf("%s cannot jog: it takes Grbl 1.1 or newer", name)
	}
}

func (h *handshake) listing(r reply) {
	if h.asked && r.numeric {
		h.got[r.code] = r.value
	}
}

func (h *handshake) answered(code int, ok bool) {
	if !ok {
		h.err = errors.New("controller refuses to list its settings: " + errorText(code))
		return
	}
	h.listed = true
	h.limits, h.err = h.got.limits()
}

// prepared returns how many ms of steps this controller prepares ahead.
func (h *handshake) prepared() int {
	if strings.HasPrefix(h.name, "GrblHAL") {
		return preparedGrblHAL
	}
	return preparedGrbl
}

// missing says what the controller has not said yet.
func (h *handshake) missing() string {
	switch {
	case h.name == "":
		return "no banner: is it a Grbl controller at 115200 baud?"
	case !h.listed:
		return h.name + " does not list its settings"
	}
	return h.name + " does not stand still and report its position"
}

// question returns the frame that the handshake needs next, and whether it is over.
func (s *session) question() (frame []byte, over bool, err error) {
	h := s.open
	switch {
	case s.dead != nil:
		return nil, false, s.dead
	case h.err != nil:
		return nil, false, h.err
	case h.name != "" && !h.asked:
		h.asked = true
		s.ledger.add(line{kind: lineSettings, size: len(askSettings)})
		return []byte(askSettings), false, nil
	case !h.listed:
		return nil, false, nil
	case s.known && s.report.stands():
		return nil, true, nil
	case !s.polled:
		s.polled = true
		return []byte{bytePoll}, false, nil
	}
	return nil, false, nil
}

// begin ends the handshake, and returns what it has learned. From here on the writer
// drives the session.
func (s *session) begin() arm.Opened {
	h := s.open
	s.limits = h.limits
	s.plan = newPlan(h.limits, h.prepared(), s.pos)
	s.open, s.events = nil, nil
	s.polled, s.fresh = false, false
	return arm.Opened{
		Position: s.pos,
		MaxSpeed: h.limits.maxSpeed(s.cfg.Horizon, h.prepared()),
		Firmware: h.name,
		Alarm:    s.why,
	}
}
