package grbl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// board starts an emulated controller in the bubble of t, with the same acceleration in
// every axis.
func board(t *testing.T, accel float64, opts ...armtest.GrblOption) *armtest.GrblMemory {
	for axis := range 3 {
		opts = append(opts, armtest.GrblSetting(settingAccelX+axis, accel), armtest.GrblSetting(settingRateX+axis, 20000))
	}
	return armtest.StartGrblMemory(t, opts...)
}

func opener(b *armtest.GrblMemory) arm.Opener {
	return func() (arm.Port, error) { return b.Open() }
}

// lastMotion returns when the arm moved last, on the board's clock.
func lastMotion(b *armtest.GrblMemory) time.Duration {
	events := slices.DeleteFunc(b.Events(), func(e armtest.GrblEvent) bool {
		return e.Ev != armtest.GrblRest && (e.Ev != armtest.GrblPos || e.V == 0)
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
			var opts []armtest.GrblOption
			if hal {
				opts = append(opts, armtest.GrblHAL())
			}
			b := board(t, accel, opts...)
			w, opened := newWriter(t, cfg, opener(b))
			for i := range ticks {
				w.tick(heading(turns[i*len(turns)/ticks], pace*opened.MaxSpeed))
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
				var opts []armtest.GrblOption
				if tc.hal {
					opts = append(opts, armtest.GrblHAL())
				}
				b := board(t, tc.accel, opts...)
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
				if lost := slices.ContainsFunc(b.Events(), armtest.GrblIs(armtest.GrblLost)); lost {
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
			opts := []armtest.GrblOption{armtest.GrblAt(safety.Point{X: -50, Y: -60, Z: -70})}
			if hal {
				opts = append(opts, armtest.GrblHAL())
			}
			b := board(t, 1000, opts...)
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
				w.tick(heading(0.5, opened.MaxSpeed))
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
		b := board(t, 2000, armtest.GrblSetting(110, 1500)) // mm/min: 25 mm/s
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
		b := board(t, 1000)
		w, opened := newWriter(t, testConfig(), opener(b))
		for range 50 {
			w.tick(safety.Point{X: opened.MaxSpeed})
		}
		for _, g := range []safety.Gripper{safety.GripperClosed, safety.GripperOpen, safety.GripperClosed} {
			if err := w.driver.Grip(w.now(), g); err != nil {
				t.Fatal(err)
			}
		}
		if w.driver.Accepts(w.now(), safety.Setpoint{Position: w.position, Speed: 1}) {
			t.Error("takes a setpoint while the gripper waits")
		}
		w.until(w.now() + time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		out, err := b.WaitFor(ctx, armtest.GrblIs(armtest.GrblOutput, "M3"))
		if err != nil || out.N != 1000 || out.V != 0 {
			t.Errorf("output %+v, %v", out, err)
		}
		if n := strings.Count(strings.Join(w.said.take(), "\n"), "gripped closed"); n != 1 {
			t.Errorf("gripped %d times", n)
		}
		for _, e := range b.Events() {
			if e.Ev == armtest.GrblSent && strings.HasPrefix(e.Text, "error") {
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
		b := board(t, 1000)
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
		if slices.ContainsFunc(b.Events(), armtest.GrblIs(armtest.GrblOutput, "M3")) {
			t.Error("the gripper was sent after the stop")
		}
	})
}

// What goes wrong on the board comes out as an error of Service, or as feedback.
func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		command string
		hears   string // a line that the Feedback gets
		fails   string // what Service says
	}{
		{"hang", "", "does not acknowledge"},
		{"mute", "", "does not acknowledge"},
		{"reboot", "lost controller was reset", "controller was reset"},
		{"close", "lost ", "input/output error"},
		{"error-next 15", `alarm "jog refused: error:15 jog target outside the machine's travel" locked=false`, ""},
		{"alarm 1", `alarm "ALARM:1 hard limit hit, position lost: home the arm" locked=true`, "does not acknowledge"},
		{"garbage 3000", "measured ", ""},
	} {
		t.Run(tc.command, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := board(t, 1000)
				w, opened := newWriter(t, testConfig(), opener(b))
				for range 20 {
					w.tick(safety.Point{X: opened.MaxSpeed})
				}
				w.said.take()
				b.Command(tc.command)
				var err error
				for end := w.now() + 3*time.Second; err == nil && w.now() < end; {
					if sp := (safety.Setpoint{Position: w.position.Add(safety.Point{X: .1}), Speed: 10}); w.driver.Accepts(w.now(), sp) {
						_ = w.driver.Move(w.now(), sp)
						w.position = sp.Position
					}
					_, err = w.driver.Service(w.now())
					time.Sleep(testTick)
				}
				heard := strings.Join(w.said.take(), "\n")
				if !strings.Contains(heard, tc.hears) {
					t.Errorf("heard %s\nwant %s", heard, tc.hears)
				}
				if tc.fails == "" && err != nil || tc.fails != "" && (err == nil || !strings.Contains(err.Error(), tc.fails)) {
					t.Errorf("Service: %v, want %q", err, tc.fails)
				}
			})
		})
	}
}

func TestNoticesASilentControllerAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := board(t, 1000)
		w, _ := newWriter(t, testConfig(), opener(b))
		w.until(w.now() + 10*time.Second)
		b.Command("hang")
		hung := w.now()
		var err error
		for due := hung; err == nil; due, err = w.driver.Service(w.now()) {
			time.Sleep(due - w.now())
		}
		if took := w.now() - hung; !errors.Is(err, errAnswer) || took > restPoll+2*answerWait {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// A board whose cable was pulled at any moment is opened again without an alarm, and says
// where it is.
func TestReopens(t *testing.T) {
	offset := safety.Point{X: -10, Y: 5}
	for ms := range 30 {
		synctest.Test(t, func(t *testing.T) {
			b := board(t, 1000, armtest.GrblBanner(), armtest.GrblWorkOffset(offset), armtest.GrblAt(safety.Point{X: 1, Y: 2, Z: 3}))
			cfg := testConfig()
			cfg.Horizon = 100 * time.Millisecond
			w, opened := newWriter(t, cfg, opener(b))
			if want := (safety.Point{X: 11, Y: -3, Z: 3}); opened.Position != want {
				t.Errorf("opened at %v, want %v", opened.Position, want)
			}
			for range 20 + ms {
				w.tick(safety.Point{X: opened.MaxSpeed})
			}
			time.Sleep(time.Duration(ms) * time.Millisecond)
			b.Command("close")
			b.Command("replug")
			_ = w.driver.Close() // says that the cable was pulled
			again, err := w.driver.Open(t.Context(), w.said)
			if err != nil {
				t.Fatal(err)
			}
			if is := b.Last().Position().Sub(offset); again.Position.Sub(is).Norm() > 0.02 {
				t.Errorf("opened again at %v, is at %v", again.Position, is)
			}
			if again.Alarm != "" {
				t.Errorf("%d ms later: locked: %s", ms, again.Alarm)
			}
		})
	}
}

func TestUnlocks(t *testing.T) {
	for _, unlock := range []bool{true, false} {
		t.Run(fmt.Sprint(unlock), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := board(t, 1000, armtest.GrblLocked())
				cfg := testConfig()
				cfg.Unlock = unlock
				w, opened := newWriter(t, cfg, opener(b))
				if opened.Alarm == "" {
					t.Error("not said to be locked")
				}
				w.tick(safety.Point{X: 10})
				if w.refused == 0 {
					t.Error("a locked controller took a setpoint")
				}
				if err := w.driver.Rearm(w.now()); err != nil {
					t.Fatal(err)
				}
				w.until(w.now() + time.Second)
				heard := strings.Join(w.said.take(), "\n")
				if got := strings.Contains(heard, "unlocked"); got != unlock {
					t.Errorf("unlocked: %v\n%s", got, heard)
				}
				if !unlock && !strings.Contains(heard, "unlocking is not configured") {
					t.Errorf("heard %s", heard)
				}
				w.tick(safety.Point{X: 10})
				if took := w.refused == 0; took != unlock {
					t.Errorf("took a setpoint: %v", took)
				}
			})
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		opts []armtest.GrblOption
		want string
	}{
		{"inches", []armtest.GrblOption{armtest.GrblSetting(13, 1)}, "set $13=0"},
		{"laser", []armtest.GrblOption{armtest.GrblSetting(32, 1)}, "set $32=0"},
		{"silent", []armtest.GrblOption{armtest.GrblFaults("mute")}, "no banner"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := armtest.StartGrblMemory(t, tc.opts...)
				began := time.Now()
				_, err := New(testConfig(), opener(b)).Open(t.Context(), newRecorder())
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v, want %q", err, tc.want)
				}
				if took := time.Since(began); took > openWait {
					t.Errorf("took %v", took)
				}
				if _, err := b.Open(); err != nil {
					t.Errorf("the port was left open: %v", err)
				}
			})
		})
	}
}
