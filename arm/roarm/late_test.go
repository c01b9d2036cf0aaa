package roarm

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

// Whatever the controller is busy with, and whatever answer is lost: never more than what fits is
// out unread, and the setpoints go on.
func TestLateAnswersMakeNoRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const step, answerTime = time.Millisecond, 20
		pauses := rapid.SliceOfN(rapid.IntRange(0, 300), 1, 4).Draw(t, "pauses, ms") // longer ones, with a lost answer, are silence
		lost := rapid.SliceOfN(rapid.IntRange(0, 60), 0, 4).Draw(t, "answers that are lost")
		s := &session{cfg: testConfig()}
		at := posture{0, 0.3, 1.2}
		s.heard(0, feedback{at: at})

		var unread []string // lines that the controller has not read
		busy, answers, sent := 0, 0, 0
		write := func(frame []byte) {
			unread = append(unread, strings.SplitAfter(strings.TrimSpace(string(frame)), "\n")...)
		}
		p := at.forward()
		sp := safety.Setpoint{From: p, Position: p.Add(safety.Point{Y: 0.1}), Speed: 5}
		const length = 6 * time.Second
		for now := time.Duration(0); now < length; now += step {
			if now%time.Second == 0 && now > 0 && len(pauses) > 0 {
				busy, pauses = busy+pauses[0], pauses[1:]
			}
			for ; busy == 0 && len(unread) > 0; unread = unread[1:] {
				if strings.TrimSpace(unread[0])+"\n" != askLine {
					continue
				}
				busy = answerTime
				answers++
				if !slices.Contains(lost, answers-50) {
					s.heard(now, feedback{at: at})
				}
			}
			busy = max(busy-1, 0)
			if now%s.cfg.Tick == 0 && s.accepts(sp) > 0 {
				frame, err := s.move(now, sp)
				if err != nil {
					t.Fatal(err)
				}
				write(frame)
				sent++
			}
			frame, _, err := s.service(now)
			if err != nil {
				t.Fatalf("at %v: %v", now, err)
			}
			if len(frame) > 0 {
				write(frame)
			}
			setpoints := strings.Count(strings.Join(unread, ""), "1041")
			if setpoints > 2 {
				t.Fatalf("at %v: %d setpoints are unread: %q", now, setpoints, unread)
			}
			s.takeEvents()
		}
		if least := int((length - 3*time.Second) / s.cfg.Tick / 3); sent < least {
			t.Fatalf("%d setpoints were sent", sent)
		}
	})
}
