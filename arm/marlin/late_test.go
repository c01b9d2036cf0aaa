package marlin

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// realtimePlayer is a player of an arm in motion whose M114 R shows where it is.
func realtimePlayer(t *testing.T) *player {
	t.Helper()
	cfg := testConfig()
	cfg.RealtimePosition = true
	p := newPlayer(cfg)
	p.handshake(t)
	p.session.quiet = false
	return p
}

// serve serves the session until a moment, every millisecond.
func (p *player) serve(t *testing.T, from, until safety.Instant) {
	t.Helper()
	for now := from; now <= until; now += time.Millisecond {
		if _, _, err := p.session.service(now); err != nil {
			t.Fatal(err)
		}
	}
}

// A position that comes when the next one is long due is not taken for the answer to a later
// question: the arm would be late by the time between the two.
func TestLatePositionIsOfItsQuestion(t *testing.T) {
	p := realtimePlayer(t)
	s := p.session
	for x := 1; x <= 3; x++ {
		s.plan.add(0, safety.Point{X: float64(x)}, 10)
	}
	p.serve(t, 0, 150*time.Millisecond)
	want := s.plan.rests()
	s.receive("X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0") // where it was at 0 ms
	s.receive("ok")
	s.observe(150 * time.Millisecond)
	if got := s.plan.rests(); got != want {
		t.Errorf("rests at %v, want %v", got, want)
	}
}

// An arm that has come to the end of what it has, and is sent more before it says so, shows its
// target without being fooled.
func TestTargetOfAnArmThatWaitsIsNoFault(t *testing.T) {
	p := realtimePlayer(t)
	s := p.session
	from := safety.Point{}
	now := safety.Instant(0)
	for range 2 * foolings {
		sp := safety.Setpoint{From: from, Position: from.Add(safety.Point{X: 2.5}), Speed: 40}
		if !s.accepts(now, sp) {
			t.Fatalf("refused at %v", now)
		}
		if _, err := s.move(now, sp); err != nil {
			t.Fatal(err)
		}
		if from != (safety.Point{}) { // the answer to what was asked before this motion
			s.receive(fmt.Sprintf("X:%.2f Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0", from.X))
			s.receive("ok")
		}
		from = sp.Position
		s.receive("ok")
		s.observe(now)
		now = s.plan.rests() - time.Millisecond
		if frame, _, err := s.service(now); err != nil || !strings.Contains(string(frame), askRealtime) {
			t.Fatalf("frame %q, error %v", frame, err)
		}
	}
	for _, tell := range s.takeEvents() {
		tell(&p.said)
	}
	if heard := p.said.take(); slices.ContainsFunc(heard, func(h string) bool { return strings.HasPrefix(h, "alarm") }) {
		t.Errorf("heard %q", heard)
	}
}
