package grbl

import (
	"math"
	"testing"

	"github.com/aether-arm/aetherd/safety"
)

// stream is a session that sends a circle, to a controller that is always where the model has
// it.
type stream struct {
	*session
	t       testing.TB
	now     safety.Instant
	sent    int
	refused int
}

const (
	streamRadius = 300 // mm
	streamSpeed  = 15  // mm/s, of the 20 that Open grants
)

// newStream returns a stream that flows.
func newStream(t testing.TB) *stream {
	p := newSessionPlayer(testConfig())
	p.handshake(t)
	s := &stream{session: p.session, t: t}
	s.plan.junction, s.plan.track.pace = 0.01, 1 // Grbl's default, and a controller as fast as it is asked
	for range 200 {
		s.tick()
	}
	s.refused = 0
	return s
}

// tick sends one setpoint, if the session accepts it.
func (s *stream) tick() {
	s.now += testTick
	if s.now%movingPoll == 0 {
		s.plan.polled(s.now)
		s.pos, s.fresh = s.plan.where(), true
	}
	angle := streamSpeed * testTick.Seconds() / streamRadius * float64(s.sent+1)
	sp := safety.Setpoint{
		Position: safety.Point{X: streamRadius * math.Sin(angle), Y: streamRadius * (1 - math.Cos(angle))},
		Speed:    streamSpeed,
	}
	if !s.accepts(s.now, sp) {
		s.refused++
		return
	}
	if frame, err := s.move(s.now, sp); err != nil || len(frame) == 0 {
		s.t.Fatalf("frame %q, error %v", frame, err)
	}
	s.takeEvents()
	s.sent++
	s.answered(0, true)
	s.takeEvents()
}

// where returns where the model has the arm.
func (p *plan) where() safety.Point {
	left, from := p.done, p.from
	for _, b := range p.blocks {
		if left <= b.length {
			return from.Add(b.dir.Scale(left))
		}
		left, from = left-b.length, b.to
	}
	return from
}

func TestFrameAllocatesNothing(t *testing.T) {
	b := make([]byte, 0, lineBytes+1)
	if n := testing.AllocsPerRun(100, func() { appendJog(b, streamPoint, streamSpeed) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

var streamPoint = safety.Point{X: 120.125, Y: -35.5, Z: 210}

// BenchmarkFrame measures the line of one setpoint.
func BenchmarkFrame(b *testing.B) {
	line := make([]byte, 0, lineBytes+1)
	b.ReportAllocs()
	for b.Loop() {
		line = appendJog(line[:0], streamPoint, streamSpeed)
	}
	if want := "$J=G90G21X120.125Y-35.5Z210F900\n"; string(line) != want {
		b.Fatalf("got %q, want %q", line, want)
	}
}

// BenchmarkSetpoint measures one setpoint of a motion that flows: whether it is taken, its
// frame, the answer to it, and every tenth time a report.
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
