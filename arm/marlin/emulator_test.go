package marlin

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/drivertest"
	"github.com/aether-arm/aetherd/arm/armtest/marlinemu"
	"github.com/aether-arm/aetherd/safety"
)

// TestDriver runs the suite of all drivers over the emulated board: a Marlin 2 whose M114 R
// shows where the arm is, and a stock Marlin 1.
func TestDriver(t *testing.T) {
	for name, board := range map[string]marlinemu.Config{
		"realtime": {Realtime: true, EmergencyParser: true},
		"stock":    {Version: "1.1.9"},
	} {
		t.Run(name, func(t *testing.T) { drivertest.Run(t, rig(board)) })
	}
}

func rig(board marlinemu.Config) drivertest.Rig {
	board.Position = safety.Point{X: 200, Z: 100}
	cfg := testConfig()
	cfg.RealtimePosition = board.Realtime
	refusals := []drivertest.Refusal{{Fault: "kill", Words: "halted", Locked: true}}
	if board.Realtime {
		// What is refused in motion leaves the arm elsewhere than the gate has sent it, which
		// a gate takes over from a Measured arm only; another arm is opened anew.
		refusals = append(refusals, drivertest.Refusal{Fault: "error-next stuck", Words: "stuck"})
	}
	return drivertest.Rig{
		Driver:    func(open arm.Opener) arm.Driver { return New(cfg, open) },
		Machine:   func(now time.Duration) armtest.Machine { return marlinemu.New(board, now) },
		Goal:      goal,
		Tick:      cfg.Tick,
		Workspace: safety.Box{Min: safety.Point{X: 150, Y: -50, Z: 50}, Max: safety.Point{X: 250, Y: 50, Z: 150}},
		Tolerance: 0.15, // five steps of 1/80 mm on each axis are left for the next motion
		Refusals:  refusals,
	}
}

// goal is where a line sends the arm.
func goal(frame []byte) (to safety.Point, ok bool) {
	_, words, _ := strings.Cut(string(frame), " G1 ")
	n, _ := fmt.Sscanf(words, "X%g Y%g Z%g", &to.X, &to.Y, &to.Z)
	return to, n == 3
}

// writer drives a driver as the daemon's writer does, as far as these tests need it.
type writer struct {
	t      *testing.T
	driver *Marlin
	said   *waker
	start  time.Time
	at     safety.Point // of the last setpoint
	heard  []string
}

// waker is a recorder that wakes its writer.
type waker struct {
	recorder
	woken chan struct{}
}

func (w *waker) Wake() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

func openWriter(t *testing.T, open arm.Opener) *writer {
	t.Helper()
	w := &writer{t: t, driver: New(testConfig(), open), said: &waker{woken: make(chan struct{}, 1)}, start: time.Now()}
	opened, err := w.driver.Open(t.Context(), w.said)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.driver.Close() })
	w.at = opened.Position
	return w
}

func (w *writer) now() safety.Instant { return time.Since(w.start) }

// until serves the driver, and calls each every tick, until done.
func (w *writer) until(done func() bool, each func()) {
	w.t.Helper()
	due, tick := safety.Instant(0), safety.Instant(0)
	for !done() {
		now := w.now()
		if now > 20*time.Second {
			w.t.Fatalf("it takes too long; heard %q", w.heard)
		}
		if now >= tick {
			each()
			tick = now + w.driver.cfg.Tick
		}
		if now >= due {
			next, err := w.driver.Service(now)
			if err != nil {
				w.t.Fatal(err)
			}
			due = next
		}
		w.heard = append(w.heard, w.said.take()...)
		timer := time.NewTimer(min(due, tick) - w.now())
		select {
		case <-timer.C:
		case <-w.said.woken:
			due = 0
		}
		timer.Stop()
	}
}

// hears returns whether something was heard that begins so.
func (w *writer) hears(words string) func() bool {
	return func() bool {
		return slices.ContainsFunc(w.heard, func(h string) bool { return strings.HasPrefix(h, words) })
	}
}

// goes returns whether the setpoint has come so many mm.
func (w *writer) goes(mm float64) func() bool { return func() bool { return w.at.X >= mm } }

// advance sends one setpoint along x, if the driver takes it.
func (w *writer) advance() {
	w.t.Helper()
	sp := safety.Setpoint{From: w.at, Position: w.at.Add(safety.Point{X: 0.4}), Speed: 20}
	if w.driver.Accepts(w.now(), sp) == 0 {
		return
	}
	if err := w.driver.Move(w.now(), sp); err != nil {
		w.t.Fatal(err)
	}
	w.at = sp.Position
}

func idle() {}

// A controller that does not say in time that the arm stands gets M410, bare, and nothing
// that moves; the stop is confirmed, and the alarm asks for homing.
func TestStopThatTakesTooLongIsAQuickStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := armtest.StartMemory(t, func(now time.Duration) armtest.Machine { return marlinemu.New(marlinemu.Config{}, now) })
		w := openWriter(t, func() (arm.Port, error) { return board.Open() })
		w.until(w.goes(8), w.advance)
		synctest.Wait() // the last motion has come to the board
		board.Command("slow-ok 700")
		before := len(board.Events())
		if err := w.driver.Stop(w.now()); err != nil {
			t.Fatal(err)
		}
		w.until(w.hears("stopped confirmed"), idle)
		w.until(w.hears("alarm"), idle)
		var lines []string
		for _, e := range board.Events()[before:] {
			if e.Ev == armtest.EvLine {
				lines = append(lines, e.Text)
			}
		}
		moves := slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "G1") })
		if !slices.Contains(lines, "M410") || moves {
			t.Errorf("behind the stop came %q", lines)
		}
	})
}

// Inches, left by who used the controller before or from its panel, do not make the arm go 25.4
// times as far.
func TestInches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := armtest.StartMemory(t, func(now time.Duration) armtest.Machine {
			return marlinemu.New(marlinemu.Config{Inches: true}, now)
		}, "inches")
		w := openWriter(t, func() (arm.Port, error) { return board.Open() })
		for _, mm := range []float64{4, 8} {
			w.until(w.goes(mm), w.advance)
			if err := w.driver.Stop(w.now()); err != nil {
				t.Fatal(err)
			}
			w.heard = nil
			w.until(w.hears("stopped confirmed"), idle)
			if at := board.Last().Position(); w.at.Sub(at).Norm() > 0.15 {
				t.Errorf("sent to %v, stopped at %v", w.at, at)
			}
			board.Command("inches")
			if err := w.driver.Rearm(w.now()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Over a real pty, and a controller in a process of its own: it boots, opens, moves and stops.
func TestOverAPty(t *testing.T) {
	board := armtest.Start(t, "marlin", marlinemu.Config{Banner: true, EmergencyParser: true})
	w := openWriter(t, arm.Serial{Path: board.Path(), Baud: 115200}.Opener(nil))
	w.until(w.goes(4), w.advance)
	if err := w.driver.Stop(w.now()); err != nil {
		t.Fatal(err)
	}
	w.until(w.hears("stopped confirmed"), idle)
	if at := board.Last(); at.V != 0 || w.at.Sub(at.Position()).Norm() > 0.15 {
		t.Errorf("sent to %v, stopped at %+v", w.at, at)
	}
}
