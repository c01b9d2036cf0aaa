package grbl

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/drivertest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/safety"
)

// board starts an emulated controller in the bubble of t, with the same acceleration in
// every axis. Settings of cfg go before that.
func board(t *testing.T, accel float64, cfg grblemu.Config) *armtest.Memory {
	settings := map[int]float64{}
	for axis := range 3 {
		settings[settingAccelX+axis], settings[settingRateX+axis] = accel, 20000
	}
	maps.Copy(settings, cfg.Settings)
	cfg.Settings = settings
	return startBoard(t, cfg)
}

func startBoard(t *testing.T, cfg grblemu.Config, faults ...string) *armtest.Memory {
	return armtest.StartMemory(t, func(now time.Duration) armtest.Machine { return grblemu.New(cfg, now) }, faults...)
}

func opener(b *armtest.Memory) arm.Opener {
	return func() (arm.Port, error) { return b.Open() }
}

// lastMotion returns when the arm moved last, on the board's clock.
func lastMotion(b *armtest.Memory) time.Duration {
	events := slices.DeleteFunc(b.Events(), func(e armtest.Event) bool {
		return e.Ev != armtest.EvRest && (e.Ev != armtest.EvPos || e.V == 0)
	})
	if len(events) == 0 {
		return 0
	}
	return time.Duration(events[len(events)-1].T)
}

// Promise 3: whenever the writer falls silent for good, the arm is at rest within the horizon.
func TestRestsWithinTheHorizonOfAWriterThatDies(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := testConfig()
		cfg.Horizon = time.Duration(rapid.SampledFrom([]int{100, 150, 250}).Draw(rt, "horizon")) * time.Millisecond
		accel := rapid.Float64Range(300, 5000).Draw(rt, "accel")
		hal := rapid.Bool().Draw(rt, "grblHAL")
		pace := rapid.Float64Range(0.1, 1).Draw(rt, "speed")
		turns := rapid.SliceOfN(rapid.Float64Range(-3, 3), 1, 4).Draw(rt, "turns")
		ticks := rapid.IntRange(5, 250).Draw(rt, "ticks")

		var died, rested time.Duration
		synctest.Test(t, func(t *testing.T) {
			b := board(t, accel, grblemu.Config{HAL: hal})
			w, opened := newWriter(t, cfg, opener(b))
			for i := range ticks {
				w.tick(drivertest.Heading(turns[i*len(turns)/ticks], pace*opened.MaxSpeed))
			}
			died = b.Now()
			time.Sleep(2 * time.Second)
			rested = lastMotion(b)
		})
		if late := rested - died; late > cfg.Horizon {
			rt.Errorf("at rest %v after the last setpoint, horizon %v", late, cfg.Horizon)
		}
	})
}

// A horizon that is long enough for the prepared steps lets setpoints flow at MaxSpeed.
func TestKeepsUpWithMaxSpeed(t *testing.T) {
	for _, tc := range []struct {
		horizon time.Duration
		accel   float64
		hal     bool
	}{
		{150 * time.Millisecond, 500, false},
		{150 * time.Millisecond, 4000, false},
		{250 * time.Millisecond, 2000, false},
		{250 * time.Millisecond, 1000, true},
	} {
		t.Run(fmt.Sprintf("%v %v hal=%v", tc.horizon, tc.accel, tc.hal), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := board(t, tc.accel, grblemu.Config{HAL: tc.hal})
				cfg := testConfig()
				cfg.Horizon = tc.horizon
				w, opened := newWriter(t, cfg, opener(b))
				const seconds = 4
				for range seconds * 100 {
					w.tick(safety.Point{X: opened.MaxSpeed})
				}
				if mean := b.Last().X / seconds; mean < 0.85*opened.MaxSpeed {
					t.Errorf("mean speed %.1f mm/s of %.1f", mean, opened.MaxSpeed)
				}
				if w.slowest > 5 {
					t.Errorf("%d setpoints in a row were refused", w.slowest)
				}
				if lost := slices.ContainsFunc(b.Events(), armtest.Is(armtest.EvLost)); lost {
					t.Error("the controller's buffer ran over")
				}
			})
		})
	}
}

// A stop at any moment ends in confirmed standstill, where the arm really is, and in
// nothing that moves later; and the arm moves again afterwards.
func TestStopsAtAnyMoment(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		hal := rapid.Bool().Draw(rt, "grblHAL")
		race := rapid.Bool().Draw(rt, "jog race")
		ticks := rapid.IntRange(0, 100).Draw(rt, "ticks")
		late := time.Duration(rapid.IntRange(0, 9).Draw(rt, "ms after the tick")) * time.Millisecond
		slow := rapid.SampledFrom([]int{0, 0, 30, 120}).Draw(rt, "ms until ok")

		var problem string
		synctest.Test(t, func(t *testing.T) {
			b := board(t, 1000, grblemu.Config{HAL: hal, Position: safety.Point{X: -50, Y: -60, Z: -70}})
			w, opened := newWriter(t, testConfig(), opener(b))
			t.Log(hal, race, ticks, late, slow)
			t.Cleanup(func() {
				if t.Failed() {
					for _, e := range b.Events() {
						if e.Ev != "pos" {
							t.Log(time.Duration(e.T), e.Ev, e.X, e.Text, e.N)
						}
					}
				}
			})
			if slow > 0 {
				b.Command(fmt.Sprintf("slow-ok %d", slow))
			}
			if race {
				b.Command("jog-race")
			}
			for range ticks {
				w.tick(drivertest.Heading(0.5, opened.MaxSpeed))
			}
			w.until(w.now() + late)
			w.said.take()
			if err := w.driver.Stop(w.now()); err != nil {
				t.Fatal(err)
			}
			w.until(w.now() + 2*time.Second)
			stood := b.Last().Position()
			switch heard := w.said.take(); {
			case !slices.Contains(heard, "stopped confirmed"):
				problem = fmt.Sprintf("not confirmed: %v", heard)
			case w.said.position.Sub(stood).Norm() > 0.02 || !w.said.atRest:
				problem = fmt.Sprintf("says that it is at %v, is at %v", w.said.position, stood)
			case slices.ContainsFunc(heard, func(h string) bool { return strings.HasPrefix(h, "alarm") }):
				problem = fmt.Sprintf("alarm: %v", heard)
			}
			w.position, w.velocity = w.said.position, safety.Point{}
			for range 30 {
				w.tick(safety.Point{X: -opened.MaxSpeed})
			}
			w.settle()
			if moved := b.Last().Position().Sub(stood).Norm(); moved < 1 {
				problem += fmt.Sprintf("; moved %v mm afterwards", moved)
			}
		})
		if problem != "" {
			rt.Error(problem)
		}
	})
}

// A controller that is slower than its settings say throttles the setpoints: what is sent
// does not pile up.
func TestSlowControllerThrottles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := board(t, 2000, grblemu.Config{Settings: map[int]float64{settingRateX: 1500}}) // mm/min: 25 mm/s
		cfg := testConfig()
		w, opened := newWriter(t, cfg, opener(b))
		w.driver.session.limits.rate = opened.MaxSpeed * 10 // the driver does not know
		for range 200 {
			w.tick(safety.Point{X: 80})
		}
		died := b.Now()
		time.Sleep(2 * time.Second)
		if late := lastMotion(b) - died; late > cfg.Horizon {
			t.Errorf("at rest %v after the last setpoint, horizon %v", late, cfg.Horizon)
		}
	})
}

func TestGripsAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := board(t, 1000, grblemu.Config{})
		w, opened := newWriter(t, testConfig(), opener(b))
		for range 50 {
			w.tick(safety.Point{X: opened.MaxSpeed})
		}
		for _, g := range []safety.Gripper{safety.GripperClosed, safety.GripperOpen, safety.GripperClosed} {
			if err := w.driver.Grip(w.now(), g); err != nil {
				t.Fatal(err)
			}
		}
		if w.driver.Accepts(w.now(), safety.Setpoint{Position: w.position, Speed: 1}) > 0 {
			t.Error("takes a setpoint while the gripper waits")
		}
		w.until(w.now() + time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		out, err := b.WaitFor(ctx, armtest.Is(armtest.EvOutput, "M3"))
		if err != nil || out.N != 1000 || out.V != 0 {
			t.Errorf("output %+v, %v", out, err)
		}
		if n := strings.Count(strings.Join(w.said.take(), "\n"), "gripped closed"); n != 1 {
			t.Errorf("gripped %d times", n)
		}
		for _, e := range b.Events() {
			if e.Ev == armtest.EvSent && strings.HasPrefix(e.Text, "error") {
				t.Errorf("controller answered %s", e.Text)
			}
		}
		w.tick(safety.Point{X: opened.MaxSpeed})
		if w.refused > 0 {
			t.Error("takes no setpoint after the grip")
		}
	})
}

func TestStopDropsAWaitingGrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := board(t, 1000, grblemu.Config{})
		w, opened := newWriter(t, testConfig(), opener(b))
		for range 50 {
			w.tick(safety.Point{X: opened.MaxSpeed})
		}
		if err := w.driver.Grip(w.now(), safety.GripperClosed); err != nil {
			t.Fatal(err)
		}
		if err := w.driver.Stop(w.now()); err != nil {
			t.Fatal(err)
		}
		w.until(w.now() + 2*time.Second)
		if slices.ContainsFunc(b.Events(), armtest.Is(armtest.EvOutput, "M3")) {
			t.Error("the gripper was sent after the stop")
		}
	})
}
