package feetech

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// However the servos are found, Open holds them where they are.
func TestOpenHolds(t *testing.T) {
	for name, option := range map[string]func(*feetechemu.Config){
		"limp":              func(*feetechemu.Config) {},
		"echo":              withEcho,
		"a goal enables":    func(c *feetechemu.Config) { c.GoalEnables = true },
		"the slowest bus":   slowAdapter,
		"a chain of answer": func(c *feetechemu.Config) { c.ChainBreaks = true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWriter(t, testConfig(), busConfig(testConfig(), testStart, option))
				if w.position.Sub(testStart).Norm() > 1 {
					t.Errorf("opened at %v, is at %v", w.position, testStart)
				}
				w.serve(time.Second)
				if at := where(testConfig())(w.board.Last()); at.Sub(testStart).Norm() > 1 {
					t.Errorf("moved to %v", at)
				}
				on := map[string]bool{}
				for _, e := range w.events(armtest.EvState) {
					on[e.Text] = true
				}
				for _, id := range []string{"11", "12", "13", "14", "9"} {
					if !on["torque "+id+" on"] {
						t.Errorf("the motor of servo %s is off", id)
					}
				}
				if jumps := w.events(feetechemu.EvJump); len(jumps) > 0 {
					t.Errorf("jumps: %+v", jumps)
				}
			})
		})
	}
}

// A daemon that was killed in the middle of a motion leaves goals behind: Open stops the arm
// and lets nothing of them be done later.
func TestOpenStopsAMovingArm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
		w.drive(safety.Point{Y: -240}, 30)
		if err := w.driver.Close(); err != nil {
			t.Fatal(err)
		}
		bus, err := OpenBus(w.driver.openPort)
		if err != nil {
			t.Fatal(err)
		}
		if err := bus.Goal(t.Context(), 11, 1200, 300, 20000); err != nil { // far away, and slowly
			t.Fatal(err)
		}
		if err := bus.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
		at := w.counts(kinematics.Base)
		w.open()
		w.serve(2 * time.Second)
		if went := distance(w.counts(kinematics.Base), at); went > 60 { // 0.1 s at 300 counts/s, and a brake
			t.Errorf("the base went %d counts farther", went)
		}
		w.want()
	})
}

func TestOpenRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*feetechemu.Config)
		fault  string
		want   string
	}{
		"wrong model": {func(c *feetechemu.Config) { c.Servos[2].Model = 1284 }, "", "elbow: servo 13 is a model 1284: it takes an STS or SMS servo"},
		"no servo":    {func(c *feetechemu.Config) { c.Servos[3].ID = 40 }, "", "wrist: servo 14: no answer: check its supply"},
		"no claw":     {func(c *feetechemu.Config) { c.Servos = c.Servos[:4] }, "", "claw: servo 9: no answer"},
		"latency":     {func(c *feetechemu.Config) { c.Latency = 6000 }, "", "set its latency timer to 1 ms"},
		"silent":      {func(*feetechemu.Config) {}, "mute", "base: servo 11: no answer"},
		"damaged":     {func(*feetechemu.Config) {}, "corrupt 1000", "base: servo 11: no answer"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var faults []string
				if tc.fault != "" {
					faults = append(faults, tc.fault)
				}
				board := armtest.StartMemory(t, machine(busConfig(testConfig(), testStart, tc.change)), faults...)
				_, err := New(testConfig(), opener(board)).Open(t.Context(), newRecorder())
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v, want %q", err, tc.want)
				}
				if _, err := board.Open(); err != nil {
					t.Errorf("the port was left open: %v", err)
				}
				for _, e := range board.Events() {
					if e.Ev == armtest.EvState {
						t.Errorf("%+v", e)
					}
				}
			})
		})
	}
}

// What is wrong at the beginning comes with Opened; what is told later is not told again.
func TestOpenTellsTroubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig()
		c.MaxTemperature = 25
		board := armtest.StartMemory(t, machine(busConfig(testConfig(), testStart)))
		driver := New(c, opener(board))
		opened, err := driver.Open(t.Context(), newRecorder())
		if err != nil {
			t.Fatal(err)
		}
		defer driver.Close()
		if n := strings.Count(opened.Alarm, "temperature 30 °C, limit 25"); n != 5 {
			t.Errorf("alarm %q", opened.Alarm)
		}
	})
}

// A joint that is found outside of its limits can be moved by hand only.
func TestOpenOutsideOfTheLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testConfig()
		bus := busConfig(c, testStart)
		bus.Servos[kinematics.Base].Position = 3400
		w := newWriter(t, c, bus)
		w.call(w.driver.Stop)
		w.serve(time.Second)
		w.want("stopped confirmed")
		_ = w.driver.Close()
		const text = "base: at 3400 counts, limits 1024 to 3072: relax the arm and move it by hand"
		if opened := w.open(); opened.Alarm != text {
			t.Errorf("alarm %q", opened.Alarm)
		}
		w.call(w.driver.Stop)
		w.serve(time.Second)
		w.call(w.driver.Relax)
		w.serve(time.Second)
		w.board.Command("turn 11 -600")
		w.serve(2 * time.Second)
		w.want("stopped confirmed", "unlocked")
		w.rearm()
		w.drive(safety.Point{X: 5}, 30)
		if w.waited > 0 {
			t.Errorf("%d setpoints are not taken", w.waited)
		}
		w.want()
	})
}
