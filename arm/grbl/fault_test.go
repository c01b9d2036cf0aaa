package grbl

import (
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

// A board that starts anew, or locks itself, comes out as an error of Service and as feedback.
func TestFaults(t *testing.T) {
	for _, tc := range []struct {
		command string
		hears   string // a line that the Feedback gets
		fails   string // what Service says
	}{
		{"reboot", "lost controller was reset", "controller was reset"},
		{"alarm 1", `alarm "ALARM:1 hard limit hit, position lost: home the arm" locked=true`, "does not acknowledge"},
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
				if err == nil || !strings.Contains(err.Error(), tc.fails) {
					t.Errorf("Service: %v, want %q", err, tc.fails)
				}
			})
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
