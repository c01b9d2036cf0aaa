package uarm

import (
	"math"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// stream is a session that sends a circle. Its arm is a tick behind.
type stream struct {
	*session
	t       testing.TB
	now     safety.Instant
	at      safety.Point
	sent    int
	refused int
}

const (
	streamRadius = 200 // mm
	streamSpeed  = 50  // mm/s, of the 64 that Open grants
)

// newStream returns a stream that flows.
func newStream(t testing.TB) *stream {
	s := &stream{session: newSession(testConfig()), t: t, at: safety.Point{X: streamRadius}}
	s.open, s.known, s.synced, s.placed, s.timed = nil, true, true, true, true
	s.motion.place(s.at)
	s.rest.quiet, s.pos = true, s.at
	for range 200 {
		s.tick()
	}
	s.refused = 0
	return s
}

// tick sends one setpoint, if the session accepts all of it.
func (s *stream) tick() {
	s.now += s.cfg.Tick
	s.reported(s.now, s.at)
	s.takeEvents()
	angle := streamSpeed * s.cfg.Tick.Seconds() / streamRadius * float64(s.sent+1)
	sp := safety.Setpoint{
		From:     s.at,
		Position: safety.Point{X: streamRadius * math.Cos(angle), Y: streamRadius * math.Sin(angle)},
		Speed:    streamSpeed,
	}
	if s.accepts(s.now, sp) < 1 {
		s.refused++
		return
	}
	if frame, err := s.move(s.now, sp); err != nil || len(frame) == 0 {
		s.t.Fatalf("frame %q, error %v", frame, err)
	}
	s.takeEvents()
	s.sent++
	s.at = sp.Position
	s.handle(s.now+20*time.Millisecond, reply{kind: replyNumbered, number: s.ledger.last})
}

// BenchmarkFrame measures the line of one setpoint.
func BenchmarkFrame(b *testing.B) {
	s := newSession(testConfig())
	p := safety.Point{X: 120.12, Y: -35.5, Z: 210}
	b.ReportAllocs()
	for b.Loop() {
		s.ledger.lines, s.ledger.last = s.ledger.lines[:0], 0
		s.send(0, lineMove, moveText(p, streamSpeed))
	}
	if want := "#1 G0 X120.12 Y-35.50 Z210.00 F3000\n"; string(s.frame) != want {
		b.Fatalf("got %q, want %q", s.frame, want)
	}
}

// BenchmarkSetpoint measures one setpoint of a motion that flows: a report, whether it is
// taken, its frame, and the answer to it.
func BenchmarkSetpoint(b *testing.B) {
	s := newStream(b)
	b.ReportAllocs()
	for b.Loop() {
		s.tick()
	}
	if s.refused > 0 {
		b.Fatalf("%d of %d setpoints were refused", s.refused, b.N)
	}
}
