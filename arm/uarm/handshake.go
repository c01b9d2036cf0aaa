package uarm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

var errNoPower = errors.New("the arm has no 12 V power: switch it on")

// handshake is how far Open has come with one controller. Any banner begins it anew: the
// board has just started, and knows nothing of what it was sent.
type handshake struct {
	version string // what the controller calls its firmware; "": it has not answered yet
	knockAt safety.Instant
	err     error
}

func (h *handshake) named() bool { return h.version != "" }

func (h *handshake) next() safety.Instant {
	if h == nil || h.named() {
		return arm.Never
	}
	return h.knockAt
}

// restart forgets what was said before a banner.
func (s *session) restart() {
	h := &handshake{knockAt: s.open.knockAt}
	last := s.ledger.last // an answer to an older number is not taken for a later one's
	inbox := s.inbox
	*s = *newSession(s.cfg)
	s.open, s.ledger.last, s.inbox = h, last, inbox
}

// dueOpen asks for the version until it is told.
func (s *session) dueOpen(now safety.Instant) []byte {
	if s.open == nil || s.open.named() || now < s.open.knockAt {
		return nil
	}
	s.open.knockAt = now + knockEvery
	s.ledger.clear() // an older question is in the wire, or was eaten by a bootloader
	return s.send(now, lineName, "P2203")
}

// named takes the answer to P2203. Whatever the arm may still be doing then ends with a stop, with
// which it also tells where it is.
func (s *session) named(now safety.Instant, r reply) {
	h := s.open
	if h == nil || h.named() || r.code != 0 {
		return
	}
	version := strings.TrimPrefix(r.data, "V")
	if !strings.HasPrefix(version, "3.") {
		h.err = fmt.Errorf("firmware %q: this driver is for 3.2, other firmware stops in another way", version)
		return
	}
	h.version = version
	s.stop = stopping{phase: stopAbort, since: now, abortAt: now}
}

// opening reports whether the handshake is over, or what is wrong. It ends only when the
// controller heeds motion again.
func (s *session) opening(now safety.Instant) (over bool, err error) {
	switch h := s.open; {
	case s.dead != nil:
		return false, s.dead
	case h.err != nil:
		return false, h.err
	case s.powerless && h.named():
		return false, errNoPower
	default:
		done := h.named() && s.stop.phase == stopNone && s.synced
		return done && s.rest.quiet && now >= s.deafUntil, nil
	}
}

// missing says what the controller has not said yet.
func (s *session) missing() string {
	if !s.open.named() {
		return "no answer: is it a uArm Swift with firmware 3.2?"
	}
	return "uArm " + s.open.version + " does not stand still and report its position"
}

// begin ends the handshake, and returns what it has learned. From here on the writer
// drives the session, with a clock of its own.
func (s *session) begin() arm.Opened {
	h := s.open
	s.open, s.events, s.timed = nil, nil, false
	s.rest.askAt, s.deafUntil = 0, 0
	return arm.Opened{Position: s.pos, MaxSpeed: s.cfg.maxSpeed(), Firmware: "uArm " + h.version}
}
