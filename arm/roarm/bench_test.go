package roarm

import (
	"math"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// stream is a session that sends a circle. Its servos rest off their goals by what a load costs,
// and are a tick behind.
type stream struct {
	*session
	t     testing.TB
	now   time.Duration
	at    safety.Point
	ticks int
}

const (
	streamRadius = 50 // mm
	streamSpeed  = 50 // mm/s
)

var streamSag = posture{shoulder: -20 * count, elbow: -15 * count}

func newStream(t testing.TB) *stream {
	s := &stream{session: &session{cfg: testConfig().withDefaults()}, t: t}
	s.at = s.position()
	q, err := inverse(s.at)
	if err != nil {
		t.Fatal(err)
	}
	s.session.at, s.known, s.grip.angle = q, true, DefaultGripperClosed
	s.course = course{known: true, goal: q.plus(streamSag), end: s.at, bias: streamSag, sag: streamSag, load: q.load()}
	return s
}

func (s *stream) position() safety.Point {
	angle := streamSpeed * testTick.Seconds() / streamRadius * float64(s.ticks)
	return safety.Point{X: 300, Y: streamRadius * math.Sin(angle), Z: 100 + streamRadius*math.Cos(angle)}
}

// tick sends one setpoint.
func (s *stream) tick() {
	s.now += testTick
	s.ticks++
	s.session.at = s.course.goal.minus(streamSag)
	s.asked, s.unread = 0, 0 // the arm has read everything, and answered
	sp := safety.Setpoint{From: s.at, Position: s.position(), Speed: streamSpeed}
	if part := s.accepts(sp); part != 1 {
		s.t.Fatalf("takes %v of %+v: %s", part, sp, s.refusal)
	}
	if frame, err := s.move(s.now, sp); err != nil || len(frame) == 0 {
		s.t.Fatalf("frame %q, error %v", frame, err)
	}
	s.takeEvents()
	s.at = sp.Position
}

func TestSetpointAllocatesNothing(t *testing.T) {
	s := newStream(t)
	s.tick()
	if n := testing.AllocsPerRun(1000, s.tick); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkFrame measures the line of one setpoint: the posture for it, with what the servos
// sag by, and the point that the firmware is to be told.
func BenchmarkFrame(b *testing.B) {
	p := safety.Point{X: 310.15, Y: -35.5, Z: 235.09}
	line := make([]byte, 0, moveSize)
	b.ReportAllocs()
	for b.Loop() {
		a, err := aimAt(p, streamSag)
		if err != nil {
			b.Fatal(err)
		}
		line = appendMove(line[:0], a.to, DefaultGripperClosed)
	}
	if want := `{"T":1041,"x":302.60,"y":-34.64,"z":251.00,"t":3.140}` + "\n"; string(line) != want {
		b.Fatalf("got %q, want %q", line, want)
	}
}

// BenchmarkSetpoint measures one setpoint of a motion: how much of it is taken, its frame, and
// the question behind it.
func BenchmarkSetpoint(b *testing.B) {
	s := newStream(b)
	b.ReportAllocs()
	for b.Loop() {
		s.tick()
	}
}
