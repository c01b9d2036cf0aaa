package feetech

import (
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/kinematics"
)

// stopUntil stops, and plays until that has come to something, or for so long.
func (s *sessionRig) stopUntil(most time.Duration, change func(n, i int, l *live)) (took time.Duration, stopped string) {
	began := s.now
	s.hear(s.stopNow(s.now))
	for n := 0; s.now-began < most; n++ {
		s.answer(func(i int, l *live) { change(n, i, l) })
		for _, line := range s.said() {
			if strings.HasPrefix(line, "stopped") {
				return s.now - began, line
			}
		}
	}
	return s.now - began, ""
}

// A servo that never stands quite still does not keep a stop from its end for ever; one that
// drifts away does, or that is moved by somebody.
func TestStopOfARestlessServo(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(n, i int, l *live)
		want   string
	}{
		"stands": {func(int, int, *live) {}, "stopped confirmed"},
		"hunts": {func(n, i int, l *live) {
			if i == kinematics.Wrist {
				l.position += n % 2 * 5
			}
		}, "stopped sent"},
		"shows a speed": {func(n, i int, l *live) {
			if i == kinematics.Elbow {
				l.speed = -50
			}
		}, "stopped sent"},
		"the claw hunts around what it holds": {func(n, i int, l *live) {
			if i == claw {
				l.position += 300 + n%2*5
			}
		}, "stopped sent"},
		"limp, and swings": {func(n, i int, l *live) {
			if i == kinematics.Wrist {
				l.torque, l.position = false, l.position+300+n%20*5
			}
		}, "stopped sent"},
		"drifts": {func(n, i int, l *live) {
			if i == kinematics.Wrist {
				l.position += n * 4 % 400 // it is pushed away, let go, and pushed away
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(testConfig())
			s.answer(nil)
			s.said()
			took, stopped := s.stopUntil(10*time.Second, tc.change)
			if stopped != tc.want {
				t.Errorf("told %q after %v, want %q", stopped, took, tc.want)
			}
			if stopped == "stopped sent" && (took < stopBound || took > stopBound+time.Second) {
				t.Errorf("took %v", took)
			}
		})
	}
}
