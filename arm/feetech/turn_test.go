package feetech

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
)

// What is written is read back as the same number.
func TestWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.IntRange(-0x7FFF, 0x7FFF).Draw(t, "number")
		b := appendWord(nil, want)
		if got := signed(int(b[0])|int(b[1])<<8, 15); got != want {
			t.Errorf("%d is % X: %d", want, b, got)
		}
	})
	if b := appendWord(nil, -5); b[0] != 0x05 || b[1] != 0x80 {
		t.Errorf("-5 is % X", b)
	}
}

// A servo that counts turns and stands beyond its own is told no goal and not switched on.
func TestOpenRefusesAnotherTurn(t *testing.T) {
	for slot, name := range map[int]string{kinematics.Base: "base", claw: "claw"} {
		for _, position := range []int{-5, CountsPerTurn} {
			synctest.Test(t, func(t *testing.T) {
				bus := busConfig(testConfig(), testStart, func(b *feetechemu.Config) {
					s := &b.Servos[slot]
					s.MultiTurn, s.Position, s.Low, s.High = true, position, -5000, 9000
				})
				board := armtest.StartMemory(t, machine(bus))
				_, err := New(testConfig(), opener(board)).Open(t.Context(), newRecorder())
				if err == nil || !contains(err.Error(), name+": at ", "outside of 0 to 4095") {
					t.Errorf("%s at %d: %v", name, position, err)
				}
				for _, e := range board.Events() {
					if e.Ev == armtest.EvLine && strings.HasPrefix(e.Text, "FF FF FE") && strings.Fields(e.Text)[4] == "83" {
						t.Errorf("%s at %d: written %s", name, position, e.Text)
					}
				}
			})
		}
	}
}

func TestBusTorqueRefusesAnotherTurn(t *testing.T) {
	cfg := feetechemu.Config{Servos: []feetechemu.Servo{{ID: 3, Position: -5, Low: -100, High: 4095, MultiTurn: true}}}
	onBus(t, cfg, func(t *testing.T, bus *Bus, board *armtest.Memory) {
		if err := bus.Torque(t.Context(), 3, true); err == nil || !contains(err.Error(), "servo 3: at -5 counts", "register 18") {
			t.Errorf("got %v", err)
		}
		if is, err := bus.Read(t.Context(), 3); err != nil || is.Torque || is.Position != -5 {
			t.Errorf("%+v, %v", is, err)
		}
	})
}

// A joint that was turned too far by hand keeps the arm limp and locked until it is turned back,
// and so does a claw.
func TestRearmRefusesAnotherTurn(t *testing.T) {
	for slot, name := range map[int]string{kinematics.Base: "base", claw: "claw"} {
		s := opened(testConfig())
		s.hear(s.relaxNow(s.now))
		s.answer(nil)
		s.hear(s.stopNow(s.now))
		for range 10 {
			s.answer(nil)
		}
		s.servos[slot].position = -5
		s.answer(nil)
		s.said()
		s.rearmNow(s.now)
		for range 5 {
			s.answer(nil)
		}
		s.want(t, `alarm "`+name+`: at -5 counts, outside of 0 to 4095: turn it back by hand while it is limp, and clear bit 4 of register 18, which lets it count turns" locked=true`)
		for i, servo := range s.servos[:kinematics.Joints] {
			if servo.torque {
				t.Errorf("servo %d is on", i)
			}
		}
		s.servos[slot].position = 2048
		for range 3 {
			s.answer(nil)
		}
		s.want(t, "unlocked")
		s.rearmNow(s.now)
		for range 5 {
			s.answer(nil)
		}
		s.want(t)
		if is := s.servos[slot]; !is.torque || is.position != 2048 {
			t.Errorf("the %s: %+v", name, is)
		}
	}
}

// A joint that is pushed out of its turn is told to stay as near to that as it can be told.
func TestPushedOutOfItsTurn(t *testing.T) {
	s := opened(testConfig())
	for range 40 {
		s.answer(func(i int, l *live) {
			if i == kinematics.Base {
				l.position = -300
			}
		})
	}
	if goal := s.servos[kinematics.Base].goal; goal != 0 {
		t.Errorf("its goal is %d", goal)
	}
}

// A servo that holds a load is not told to hold lower each time.
func TestBusTorqueDoesNotSink(t *testing.T) {
	cfg := feetechemu.Config{Servos: []feetechemu.Servo{{ID: 3, Position: 1000, Gravity: 300}}}
	onBus(t, cfg, func(t *testing.T, bus *Bus, board *armtest.Memory) {
		for range 5 {
			if err := bus.Torque(t.Context(), 3, true); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		is, err := bus.Read(t.Context(), 3)
		if off := 1000 - is.Position; err != nil || off < 5 || off > 40 { // 15 of its sag, and what it falls before
			t.Errorf("sank by %d counts, %v", off, err)
		}
	})
}

func TestBusCheck(t *testing.T) {
	cfg := feetechemu.Config{Servos: []feetechemu.Servo{{ID: 3}, {ID: 4, Model: 1284}}}
	onBus(t, cfg, func(t *testing.T, bus *Bus, board *armtest.Memory) {
		for id, want := range map[int]string{3: "", 4: "servo 4 is a model 1284", 5: "no answer"} {
			if err := bus.Check(t.Context(), id); (err == nil) != (want == "") || err != nil && !contains(err.Error(), want) {
				t.Errorf("servo %d: %v", id, err)
			}
		}
	})
}
