package uarm

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// gripping is what the tool is told to do, until it has.
type gripping struct {
	wanted safety.Gripper // GripperUnchanged: nothing
	sent   bool
	took   bool           // the line was answered
	since  safety.Instant // when
	askAt  safety.Instant // the status is asked for again
}

func (g gripping) next() safety.Instant {
	if g.took {
		return g.askAt
	}
	return arm.Never
}

// gripNow notes what the tool shall do; of two that wait the later one counts.
func (s *session) gripNow(now safety.Instant, g safety.Gripper) []byte {
	s.grip = gripping{wanted: g}
	s.tell(func(f arm.Feedback) { f.Wake() })
	return s.dueGrip(now)
}

// dueGrip returns the tool's line, and then the question what it does.
func (s *session) dueGrip(now safety.Instant) []byte {
	g := &s.grip
	if g.wanted == safety.GripperUnchanged {
		return nil
	}
	switch {
	case !g.sent && !s.ledger.has(lineGrip) && !s.clearing() && !s.ledger.full():
		g.sent = true
		text := "M" + s.toolCode() + " V0"
		if g.wanted == safety.GripperClosed {
			text = "M" + s.toolCode() + " V1"
		}
		return s.send(now, lineGrip, text)
	case g.took && now >= g.askAt && !s.asking():
		g.askAt = now + askEvery
		return s.send(now, lineGripped, "P"+s.toolCode())
	}
	return nil
}

func (s *session) toolCode() string {
	if s.cfg.Tool == ToolPump {
		return "2231"
	}
	return "2232"
}

// gripAnswered takes the answer to the tool's line, and to the question for its status: V0 off,
// V1 on, V2 on and holding something. A gripper that meets nothing stays at V1.
func (s *session) gripAnswered(now safety.Instant, l line, r reply) {
	g := &s.grip
	switch {
	case !g.sent: // another order has come
	case r.code != 0:
		*g = gripping{}
	case l.kind == lineGrip:
		g.took, g.since, g.askAt = true, now, now
	case !g.took:
	case s.gripped(now, r.data):
		done := g.wanted
		*g = gripping{}
		s.tell(func(f arm.Feedback) { f.Gripped(done) })
	case now-g.since >= gripWait:
		s.alarm(fmt.Sprintf("the %s does not do as it was told: its status is %q, it is to be %v", s.cfg.Tool, r.data, g.wanted), false)
		*g = gripping{}
	}
}

func (s *session) gripped(now safety.Instant, status string) bool {
	if s.grip.wanted == safety.GripperOpen {
		return status == "V0"
	}
	return status == "V2" || status == "V1" && now-s.grip.since >= gripSettle
}
