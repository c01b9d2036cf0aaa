package feetech

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// A joint whose servo let go by itself has fallen. On firmware that switches torque on when a
// goal is written, no stop and no repair may drive it back up: only a reset takes hold of it,
// where it then is.
func TestNothingLiftsAFallenJoint(t *testing.T) {
	for name, falls := range map[string][]string{
		"overheated, and cools":       {"temperature 12 71", "turn 12 -270", "", "temperature 12 40"},
		"silent, and its cable is in": {"drop 12", "dip 12", "turn 12 -270", "", "back 12"},
		"silent, back as it falls":    {"drop 12", "", "dip 12", "turn 12 -270", "back 12", "stop"},
		"a dip of its supply":         {"dip 12", "turn 12 -270"},
		"a dip, and a stop":           {"dip 12", "turn 12 -270", "", "stop"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := testConfig()
				w := newWriter(t, c, busConfig(c, testStart, func(b *feetechemu.Config) { b.GoalEnables = true }))
				w.serve(time.Second)
				stood := w.counts(kinematics.Shoulder)
				for _, fault := range falls {
					switch fault {
					case "":
						w.serve(500 * time.Millisecond)
					case "stop":
						w.call(w.driver.Stop)
					default:
						w.board.Command(fault)
					}
				}
				w.serve(time.Second)
				for range 2 {
					w.call(w.driver.Stop)
					w.serve(time.Second)
				}
				fallen := w.counts(kinematics.Shoulder)
				if distance(fallen, stood) < 200 {
					t.Errorf("at %d counts, stood at %d: it did not fall, or was lifted", fallen, stood)
				}
				asked := len(w.events(armtest.EvLine))
				w.serve(time.Second)
				if asked = len(w.events(armtest.EvLine)) - asked; asked > 15 {
					t.Errorf("%d instructions in a second, as if there were something to repair", asked)
				}
				w.said.take()
				w.rearm()
				w.want("unlocked")
				if now := w.counts(kinematics.Shoulder); distance(now, fallen) > near {
					t.Errorf("the reset drives it from %d to %d counts", fallen, now)
				}
				if jumps := w.events(feetechemu.EvJump); len(jumps) > 0 {
					t.Errorf("jumps: %+v", jumps)
				}
				w.drive(safety.Point{X: 5}, 50) // the hand is levelled on the way: that takes a while
				if w.waited > 10 {
					t.Errorf("%d of 50 setpoints are not taken after the reset", w.waited)
				}
			})
		})
	}
}

// What a servo was not sent because it did not answer comes to it when it answers again. A stop
// in between drops it.
func TestGoalOfAServoThatComesBack(t *testing.T) {
	for _, stopped := range []bool{false, true} {
		s := opened(testConfig())
		s.answer(nil)
		want := s.servos[claw].goal
		silent := func(cycles int) {
			for range cycles {
				if _, err := s.miss(claw); err != nil {
					t.Fatal(err)
				}
			}
		}
		silent(blindLimit + 1)
		s.hear(s.gripNow(s.now, safety.GripperOpen))
		if got := s.servos[claw].goal; got != want {
			t.Errorf("sent to %d while nobody knows whether its motor is on", got)
		}
		silent(8) // longer than a servo takes to stand
		if stopped {
			s.hear(s.stopNow(s.now))
		} else {
			want = testConfig().Claw.Open
		}
		for range 5 {
			s.answer(nil)
		}
		if got := s.servos[claw].goal; got != want {
			t.Errorf("stopped %v: its goal is %d, want %d", stopped, got, want)
		}
	}
}
