package feetech

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
)

// onBus runs f on the emulated bus, with an adapter that echoes and one that does not.
func onBus(t *testing.T, cfg feetechemu.Config, f func(t *testing.T, bus *Bus, board *armtest.Memory)) {
	for _, echo := range []bool{false, true} {
		t.Run(fmt.Sprintf("echo %v", echo), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg.Echo = echo
				board := armtest.StartMemory(t, machine(cfg))
				bus, err := OpenBus(opener(board))
				if err != nil {
					t.Fatal(err)
				}
				defer bus.Close()
				f(t, bus, board)
			})
		})
	}
}

var oneServo = feetechemu.Config{Servos: []feetechemu.Servo{{ID: 3, Position: 1000}, {ID: 5, Position: 3000}}}

func TestBusPing(t *testing.T) {
	onBus(t, oneServo, func(t *testing.T, bus *Bus, board *armtest.Memory) {
		for id, want := range map[int]error{1: ErrNoAnswer, 3: nil, 4: ErrNoAnswer, 5: nil} {
			began := time.Now()
			if err := bus.Ping(t.Context(), id); !errors.Is(err, want) {
				t.Errorf("servo %d: %v, want %v", id, err, want)
			}
			if took := time.Since(began); took > 60*time.Millisecond {
				t.Errorf("servo %d: took %v", id, took)
			}
		}
		// A fault of a servo makes its answer to a ping look like an echo.
		board.Command("voltage 30")
		if err := bus.Ping(t.Context(), 3); err != nil {
			t.Errorf("with a voltage fault: %v", err)
		}
	})
}

func TestBusPingOfAFaultyServoFirst(t *testing.T) {
	onBus(t, oneServo, func(t *testing.T, bus *Bus, board *armtest.Memory) {
		board.Command("voltage 30")
		if err := bus.Ping(t.Context(), 3); err != nil {
			t.Error(err)
		}
		if err := bus.Ping(t.Context(), 4); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("servo 4 is not there: %v", err)
		}
	})
}

func TestBusRead(t *testing.T) {
	onBus(t, oneServo, func(t *testing.T, bus *Bus, board *armtest.Memory) {
		want := Servo{ID: 5, Model: 777, Firmware: "3.10", Position: 3000, Voltage: 12, Temperature: 30}
		got, err := bus.Read(t.Context(), 5)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if _, err := bus.Read(t.Context(), 6); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("servo 6 is not there: %v", err)
		}
	})
}

// A servo's goal is 0 when its power comes: torque must not go on before the goal is where the
// servo is.
func TestBusTorqueNeverJumps(t *testing.T) {
	cfg := oneServo
	cfg.GoalEnables = true
	onBus(t, cfg, func(t *testing.T, bus *Bus, board *armtest.Memory) {
		for _, on := range []bool{true, false, true} {
			if err := bus.Torque(t.Context(), 3, on); err != nil {
				t.Fatal(err)
			}
			if is, err := bus.Read(t.Context(), 3); err != nil || is.Torque != on || distance(is.Position, 1000) > 2 {
				t.Errorf("torque %v: %+v, %v", on, is, err)
			}
		}
		for _, e := range board.Events() {
			if e.Ev == feetechemu.EvJump {
				t.Errorf("%+v", e)
			}
		}
	})
}

func TestBusGoal(t *testing.T) {
	onBus(t, oneServo, func(t *testing.T, bus *Bus, board *armtest.Memory) {
		if err := bus.Torque(t.Context(), 3, true); err != nil {
			t.Fatal(err)
		}
		if err := bus.Goal(t.Context(), 3, 1100, 200, 5000); err != nil {
			t.Fatal(err)
		}
		time.Sleep(250 * time.Millisecond) // of 0.54 s
		if is, _ := bus.Read(t.Context(), 3); is.Speed < 150 || is.Speed > 210 || !is.Moving {
			t.Errorf("on the way: %+v", is)
		}
		time.Sleep(time.Second)
		if is, _ := bus.Read(t.Context(), 3); distance(is.Position, 1100) > 2 || is.Moving {
			t.Errorf("arrived: %+v", is)
		}
		for _, bad := range [][3]int{{4096, 200, 5000}, {-1, 200, 5000}, {100, 0, 5000}, {100, 200, 0}} {
			if err := bus.Goal(t.Context(), 3, bad[0], bad[1], bad[2]); err == nil {
				t.Errorf("goal %v is taken", bad)
			}
		}
	})
}

func TestBusEndsWithItsContextAndItsLink(t *testing.T) {
	onBus(t, oneServo, func(t *testing.T, bus *Bus, board *armtest.Memory) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := bus.Ping(ctx, 4); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
		board.Command("close")
		if err := bus.Ping(t.Context(), 3); err == nil || errors.Is(err, ErrNoAnswer) {
			t.Errorf("unplugged: %v", err)
		}
	})
}
