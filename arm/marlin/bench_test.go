package marlin

import (
	"math"
	"testing"

	"github.com/aether-arm/aetherd/safety"
)

// stream is a session that sends a circle.
type stream struct {
	*session
	t       testing.TB
	now     safety.Instant
	at      safety.Point
	sent    int
	refused int
}

const (
	streamRadius = 300 // mm
	streamSpeed  = 75  // mm/s, of the 95 that Open grants
)

// newStream returns a stream that flows.
func newStream(t testing.TB) *stream {
	p := newPlayer(testConfig())
	p.handshake(t)
	s := &stream{session: p.session, t: t}
	for range 200 {
		s.tick()
	}
	s.refused = 0
	return s
}

// tick sends one setpoint, if the session accepts it.
func (s *stream) tick() {
	s.now += s.cfg.Tick
	angle := streamSpeed * s.cfg.Tick.Seconds() / streamRadius * float64(s.sent+1)
	sp := safety.Setpoint{
		From:     s.at,
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
	s.at = sp.Position
	s.answered()
	s.takeEvents()
}

var streamMotion = motion{safety.Point{X: 120.125, Y: -35.5, Z: 210}, streamSpeed}

// lineOf returns the line of one motion, in the buffers of a session.
func (s *session) lineOf(m motion) []byte {
	s.text = appendMove(s.text[:0], m)
	s.frame = appendLine(s.frame[:0], 4711, s.text)
	return s.frame
}

func TestFrameAllocatesNothing(t *testing.T) {
	s := newSession(testConfig())
	if n := testing.AllocsPerRun(100, func() { s.lineOf(streamMotion) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkFrame measures the line of one setpoint.
func BenchmarkFrame(b *testing.B) {
	s := newSession(testConfig())
	b.ReportAllocs()
	for b.Loop() {
		s.lineOf(streamMotion)
	}
	if want := "N4711 G1 X120.125 Y-35.5 Z210 F4500*47\n"; string(s.frame) != want {
		b.Fatalf("got %q, want %q", s.frame, want)
	}
}

// BenchmarkSetpoint measures one setpoint of a motion that flows: whether it is taken, its
// frame, and the answer to it.
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
