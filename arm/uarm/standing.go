package uarm

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// still is the way in mm between two reports of an arm that stands: the encoders' noise.
const still = 0.5

// astray is the way in mm between where the arm stands and where it was sent, beyond what the
// encoders and the servos' joints explain.
const astray = 5.0

// standing finds out whether the arm stands: it says so itself (M2200), and two reports after
// its last motion are at the same place.
type standing struct {
	quiet bool // the arm stands, and nothing was sent since
	same  int  // reports in a row at the same place, since the last motion
	told  bool // that a motion is to begin elsewhere
	askAt safety.Instant
}

// moves tells that something was sent that moves the arm, or may have stopped it.
func (r *standing) moves() { r.quiet, r.same, r.told = false, 0, false }

// reported tells of a report that is so many mm from the one before.
func (r *standing) reported(way float64) {
	if way >= still {
		r.moves()
		return
	}
	r.same++
}

// seems reports whether the reports look like an arm that stands.
func (r *standing) seems() bool { return r.same >= 2 }

func (r *standing) next() safety.Instant {
	if r.quiet || !r.seems() {
		return arm.Never
	}
	return r.askAt
}

// dueMoving asks whether the arm moves, once it seems to stand.
func (s *session) dueMoving(now safety.Instant) []byte {
	if s.asking() || s.rest.quiet || !s.rest.seems() || now < s.rest.askAt {
		return nil
	}
	s.rest.askAt = now + askEvery
	return s.send(now, lineMoving, "M2200")
}

// checkPlace raises an alarm if the arm stands far from where it was sent.
func (s *session) checkPlace() {
	if off := s.pos.Sub(s.motion.end()).Norm(); off > astray && s.synced && s.open == nil {
		s.alarm(fmt.Sprintf("the arm stands %.0f mm from where it was sent: something is in its way, or it was pushed", off), false)
	}
}

// clearing reports whether an M2000 is awaited, which drops the lines behind it.
func (s *session) clearing() bool { return s.stop.phase == stopAbort || s.ledger.has(lineClear) }

// movingAnswered takes the answer to M2200. Lines are carried out in order, so it counts for
// every motion that was sent before it.
func (s *session) movingAnswered(data string) {
	if data != "V0" || s.ledger.has(lineMove) || !s.rest.seems() {
		return
	}
	s.rest.quiet = true
	if !s.placed {
		s.placed = true
		s.motion.place(s.pos)
		s.bias = safety.Point{}
	}
	s.motion.settle()
	s.measured(true)
	s.checkPlace()
	s.stopStands()
	s.rearmStands()
}

func (s *session) measured(atRest bool) {
	if s.open != nil {
		return
	}
	p := s.pos
	s.tell(func(f arm.Feedback) { f.Measured(arm.Measurement{Position: p, AtRest: atRest}) })
}
