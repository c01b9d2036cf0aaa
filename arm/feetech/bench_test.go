package feetech

import (
	"math"
	"testing"

	"github.com/aether-arm/aetherd/safety"
)

// stream is a session that sends a circle. Its servos are a tick behind.
type stream struct {
	*sessionRig
	t     testing.TB
	at    safety.Point
	ticks int
}

const (
	streamRadius = 30  // mm
	streamSpeed  = 100 // mm/s
)

func newStream(t testing.TB) *stream {
	s := &stream{sessionRig: opened(testConfig()), t: t}
	s.answer(nil)
	s.at = s.position
	return s
}

// tick sends one setpoint.
func (s *stream) tick() {
	s.now += testTick
	for i := range s.slots {
		s.slots[i].is.position = s.slots[i].goal
	}
	s.ticks++
	angle := streamSpeed * testTick.Seconds() / streamRadius * float64(s.ticks)
	sp := safety.Setpoint{From: s.at, Position: s.position, Speed: streamSpeed}
	sp.Position.Y += streamRadius * math.Sin(angle)
	sp.Position.Z += streamRadius * (1 - math.Cos(angle))
	if part := s.accepts(s.now, sp); part != 1 {
		s.t.Fatalf("takes %v of %+v: %s", part, sp, s.refused)
	}
	if frame, err := s.move(s.now, sp); err != nil || len(frame) != packetSize+2+len(s.slots)*(1+goalSize) {
		s.t.Fatalf("frame % X, error %v", frame, err)
	}
	s.takeEvents()
	s.at = sp.Position
}

// BenchmarkFrame measures the packet with every servo's goal.
func BenchmarkFrame(b *testing.B) {
	s := newStream(b)
	s.tick()
	want := string(s.frame)
	b.ReportAllocs()
	for b.Loop() {
		s.goals()
	}
	if string(s.frame) != want {
		b.Fatalf("got % X, want % X", s.frame, want)
	}
}

// BenchmarkSetpoint measures one setpoint of a motion: how much of it is taken, what each servo
// has to do for it, and the packet.
func BenchmarkSetpoint(b *testing.B) {
	s := newStream(b)
	b.ReportAllocs()
	for b.Loop() {
		s.tick()
	}
}
