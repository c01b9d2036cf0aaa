package grbl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/safety"
)

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
				b := board(t, 1000, grblemu.Config{})
				w, opened := newWriter(t, testConfig(), opener(b))
				for range 20 {
					w.tick(safety.Point{X: opened.MaxSpeed})
				}
				w.said.take()
				b.Command(tc.command)
				var err error
				for end := w.now() + 3*time.Second; err == nil && w.now() < end; {
					if sp := (safety.Setpoint{Position: w.position.Add(safety.Point{X: .1}), Speed: 10}); w.driver.Accepts(w.now(), sp) > 0 {
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
		b := board(t, 1000, grblemu.Config{})
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
			b := board(t, 1000, grblemu.Config{Banner: true, WorkOffset: offset, Position: safety.Point{X: 1, Y: 2, Z: 3}})
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

// Jogs that wait in the controller's buffer begin behind the cancel. Open cancels them too,
// instead of cutting into them.
func TestOpenCancelsWhatWaitsInTheBuffer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := board(t, 1000, grblemu.Config{})
		port, err := b.Open()
		if err != nil {
			t.Fatal(err)
		}
		for range 20 { // more than the planner takes
			if _, err := port.Write([]byte("$J=G91X20F600\n")); err != nil {
				t.Fatal(err)
			}
			time.Sleep(testTick)
		}
		_ = port.Close()
		_, opened := newWriter(t, testConfig(), opener(b))
		if opened.Alarm != "" {
			t.Errorf("locked: %s", opened.Alarm)
		}
		if n := len(slices.DeleteFunc(b.Events(), func(e armtest.Event) bool { return e.Ev != armtest.EvStart })); n < 2 {
			t.Errorf("%d motions began: none behind the first cancel", n)
		}
	})
}

// Whoever recovers a panic can still stop the arm, and tell that the link is lost.
func TestPanicLeavesTheDriverUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := newWriter(t, testConfig(), opener(board(t, 1000, grblemu.Config{})))
		for name, call := range map[string]func(){
			"writer": func() { _ = w.driver.do(func(*session) ([]byte, error) { panic("writer") }) },
			"reader": func() { w.driver.fromReader(func(*session) { panic("reader") }) },
		} {
			func() {
				defer func() { _ = recover() }()
				call()
			}()
			if !w.driver.mu.TryLock() {
				t.Fatalf("%s: the mutex is still locked", name)
			}
			w.driver.mu.Unlock()
		}
	})
}

func TestUnlocks(t *testing.T) {
	for _, unlock := range []bool{true, false} {
		t.Run(fmt.Sprint(unlock), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := board(t, 1000, grblemu.Config{Locked: true})
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
		name     string
		settings map[int]float64
		faults   []string
		want     string
	}{
		{"inches", map[int]float64{13: 1}, nil, "set $13=0"},
		{"laser", map[int]float64{32: 1}, nil, "set $32=0"},
		{"weak", map[int]float64{121: 99}, nil, "set $121=100 or more"},
		{"silent", nil, []string{"mute"}, "no banner"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := startBoard(t, grblemu.Config{Settings: tc.settings}, tc.faults...)
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
