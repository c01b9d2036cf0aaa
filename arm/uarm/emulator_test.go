package uarm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/uarmemu"
	"github.com/aether-arm/aetherd/safety"
)

// board is what the tests need of an emulated arm, in memory or in a process.
type board interface {
	Now() time.Duration
	Command(text string)
	Events() []armtest.Event
	Last() armtest.Event
}

// start starts an emulated arm in the bubble of t.
func start(t *testing.T, cfg uarmemu.Config) (*armtest.Memory, arm.Opener) {
	m := armtest.StartMemory(t, func(now time.Duration) armtest.Machine { return uarmemu.New(cfg, now) })
	return m, func() (arm.Port, error) { return m.Open() }
}

var running = uarmemu.Config{Power: true, Booted: true}

// writer drives a driver as the daemon's writer does. Its setpoints obey acceleration as the
// gate's do.
type writer struct {
	t      *testing.T
	driver *UArm
	said   *recorder
	start  time.Time
	due    safety.Instant // Service

	position, velocity safety.Point
	taken, asked       int // ticks
}

func newWriter(t *testing.T, cfg Config, open arm.Opener) (*writer, arm.Opened) {
	t.Helper()
	w := &writer{t: t, driver: New(cfg, open), said: newRecorder(), start: time.Now()}
	opened, err := w.driver.Open(context.Background(), w.said)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.driver.Close() })
	w.position = opened.Position
	return w, opened
}

func (w *writer) now() safety.Instant { return time.Since(w.start) }

// until serves the driver until a moment.
func (w *writer) until(end safety.Instant) error {
	for {
		if w.now() >= w.due {
			next, err := w.driver.Service(w.now())
			if err != nil {
				return err
			}
			w.due = next
			continue
		}
		if w.now() >= end {
			return nil
		}
		timer := time.NewTimer(min(w.due, end) - w.now())
		select {
		case <-timer.C:
		case <-w.said.woken:
			w.due = 0
		}
		timer.Stop()
	}
}

func (w *writer) wait(d time.Duration) {
	w.t.Helper()
	if err := w.until(w.now() + d); err != nil {
		w.t.Fatalf("%v: %v", w.now(), err)
	}
}

// tick goes one tick towards a velocity in mm/s, as far as the driver takes it.
func (w *writer) tick(velocity safety.Point) {
	w.t.Helper()
	w.wait((w.now() + testTick).Truncate(testTick) - w.now())
	const accel = 1000
	change := velocity.Sub(w.velocity)
	if most := accel * testTick.Seconds(); change.Norm() > most {
		change = change.Scale(most / change.Norm())
	}
	v := w.velocity.Add(change)
	sp := safety.Setpoint{From: w.position, Position: w.position.Add(v.Scale(testTick.Seconds())), Speed: v.Norm()}
	w.asked++
	part := w.driver.Accepts(w.now(), sp)
	if part == 0 {
		return
	}
	w.taken++
	sp.Position, sp.Speed = sp.From.Add(sp.Position.Sub(sp.From).Scale(part)), sp.Speed*part
	if err := w.driver.Move(w.now(), sp); err != nil {
		w.t.Fatal(err)
	}
	w.position, w.velocity = sp.Position, v.Scale(part)
}

// lastMotion returns when the arm moved last, on the board's clock.
func lastMotion(b board) (last time.Duration) {
	for _, e := range b.Events() {
		if e.Ev == armtest.EvRest || e.Ev == armtest.EvPos && e.V > 0 {
			last = time.Duration(e.T)
		}
	}
	return last
}

// near and far are where in mm from the base's axis a degree of the joints can be too little way
// for an arm that takes F for degrees per second: its links are nearly folded, or straight.
const near, far = 150, 330

// Promise 3: whenever the writer falls silent for good, the arm is at rest within the horizon:
// also one that is only half as quick as is taken for granted, and whatever F means.
func TestRestsWithinTheHorizonOfAWriterThatDies(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := testConfig()
		cfg.Horizon = time.Duration(rapid.SampledFrom([]int{220, 300, 400, 600}).Draw(rt, "horizon")) * time.Millisecond
		machine := running
		machine.FeedInDegrees = rapid.Bool().Draw(rt, "degrees")
		machine.Position = rapid.SampledFrom([]safety.Point{uarmemu.Home, {X: 170, Z: 20}, {X: 310, Z: 60}, {X: 150, Y: 200, Z: 120}}).Draw(rt, "position")
		machine.Accel = rapid.Float64Range(250, 2000).Draw(rt, "accel")
		if machine.FeedInDegrees {
			machine.Accel = rapid.Float64Range(150, 400).Draw(rt, "degrees' accel")
		}
		pace := rapid.Float64Range(0.1, 1).Draw(rt, "speed")
		turns := rapid.SliceOfN(rapid.Float64Range(-3, 3), 1, 4).Draw(rt, "turns")
		ticks := rapid.IntRange(1, 50).Draw(rt, "ticks")
		gap := rapid.Float64Range(-4.5, 4.5).Draw(rt, "gap")

		var died, rested time.Duration
		synctest.Test(t, func(t *testing.T) {
			b, open := start(t, machine)
			w, opened := newWriter(t, cfg, open)
			b.Command(fmt.Sprintf("slip %v 0 0", gap))
			w.wait(3 * time.Second)
			w.position = w.said.position
			for i := range ticks {
				angle := turns[i*len(turns)/ticks]
				if r := math.Hypot(w.position.X, w.position.Y); r < near || r > far {
					break
				}
				w.tick(safety.Point{X: math.Cos(angle), Y: math.Sin(angle)}.Scale(pace * opened.MaxSpeed))
			}
			died = b.Now()
			time.Sleep(3 * time.Second)
			rested = lastMotion(b)
		})
		if late := rested - died; late > cfg.Horizon {
			rt.Errorf("at rest %v after the last setpoint, horizon %v", late, cfg.Horizon)
		}
	})
}

// Setpoints flow at MaxSpeed once the arm is known to follow.
func TestKeepsUpWithMaxSpeed(t *testing.T) {
	for _, ms := range []int{250, 300, 400, 500} {
		t.Run(fmt.Sprint(ms), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := testConfig()
				cfg.Horizon = time.Duration(ms) * time.Millisecond
				_, open := start(t, uarmemu.Config{Power: true, Booted: true, Position: safety.Point{X: 180, Y: -150, Z: 120}})
				w, opened := newWriter(t, cfg, open)
				seconds := 200 / opened.MaxSpeed
				for range int(seconds / testTick.Seconds() / 2) {
					w.tick(safety.Point{Y: opened.MaxSpeed})
				}
				w.taken, w.asked = 0, 0
				for range int(seconds / testTick.Seconds() / 2) {
					w.tick(safety.Point{Y: opened.MaxSpeed})
				}
				if w.taken < w.asked*9/10 {
					t.Errorf("%d of %d setpoints were taken at %v mm/s", w.taken, w.asked, opened.MaxSpeed)
				}
			})
		})
	}
}

// No byte of motion leaves between Stop and its confirmation, nor a G0 that the controller would
// throw away, and what is sent afterwards arrives.
func TestMovesAfterAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, open := start(t, running)
		w, _ := newWriter(t, testConfig(), open)
		for range 20 {
			w.tick(safety.Point{Y: 40})
		}
		w.wait(10 * time.Millisecond)
		if err := w.driver.Stop(w.now()); err != nil {
			t.Fatal(err)
		}
		stopped := b.Now()
		w.wait(500 * time.Millisecond)
		if heard := w.said.take(); !slices.Contains(heard, "stopped confirmed") {
			t.Fatalf("heard %q", heard)
		}
		stood := b.Last().Position()
		w.position, w.velocity = w.said.position, safety.Point{}
		for range 60 {
			w.tick(safety.Point{Y: -20})
		}
		w.wait(time.Second)
		if off := b.Last().Position().Sub(w.position).Norm(); off > 1 {
			t.Errorf("%v mm from where it was sent", off)
		}
		if way := b.Last().Position().Sub(stood).Norm(); way < 20 {
			t.Errorf("went %v mm", way)
		}
		for _, e := range b.Events() {
			at := time.Duration(e.T) - stopped
			if e.Ev == armtest.EvLine && strings.Contains(e.Text, "G0") && at >= 0 && at < 600*time.Millisecond {
				t.Errorf("%q %v after the stop", e.Text, at)
			}
		}
	})
}

// An arm that boots when the port is opened: what is sent to the bootloader is lost.
func TestOpensABootingArm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, open := start(t, uarmemu.Config{Power: true})
		_, opened := newWriter(t, testConfig(), open)
		if off := opened.Position.Sub(uarmemu.Home).Norm(); off > 1 || opened.Firmware != "uArm 3.2.0" {
			t.Errorf("opened %+v", opened)
		}
	})
}

func TestOpenFails(t *testing.T) {
	unplugged := func() (arm.Port, error) { return nil, errUnplugged }
	short := testConfig()
	short.Horizon = 100 * time.Millisecond
	for _, tc := range []struct {
		name    string
		cfg     Config
		machine uarmemu.Config
		fault   string
		open    arm.Opener
		words   string
	}{
		{"config", short, running, "", nil, "horizon 100ms"},
		{"no port", testConfig(), running, "", unplugged, "unplugged"},
		{"no power", testConfig(), uarmemu.Config{Booted: true}, "", nil, "12 V"},
		{"deaf", testConfig(), running, "hang", nil, "no answer: is it a uArm"},
		{"killed", testConfig(), running, "close", nil, "no such file"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, open := start(t, tc.machine)
				if tc.open != nil {
					open = tc.open
				}
				if tc.fault != "" {
					b.Command(tc.fault)
				}
				began := time.Now()
				_, err := New(tc.cfg, open).Open(t.Context(), newRecorder())
				if err == nil || !strings.Contains(err.Error(), tc.words) || !strings.HasPrefix(err.Error(), "uarm: ") {
					t.Errorf("got %v, want %q", err, tc.words)
				}
				if took := time.Since(began); took > openWait {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

func TestOpenHonoursItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, open := start(t, running)
		b.Command("mute")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		began := time.Now()
		if _, err := New(testConfig(), open).Open(ctx, newRecorder()); !errors.Is(err, context.Canceled) || time.Since(began) > 200*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// The 12 V go and come back: the arm is locked, and then moves from where it is.
func TestPowerComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, open := start(t, running)
		w, _ := newWriter(t, testConfig(), open)
		for range 20 {
			w.tick(safety.Point{Y: 40})
		}
		b.Command("power 0")
		w.wait(200 * time.Millisecond)
		if heard := strings.Join(w.said.take(), "\n"); !strings.Contains(heard, "12 V") || !strings.Contains(heard, "locked=true") {
			t.Fatalf("heard %s", heard)
		}
		if err := w.driver.Stop(w.now()); err != nil {
			t.Fatal(err)
		}
		w.wait(5 * time.Second)
		b.Command("power 1")
		w.wait(2 * time.Second)
		if heard := strings.Join(w.said.take(), "\n"); !strings.Contains(heard, "unlocked") || !strings.Contains(heard, "stopped") {
			t.Fatalf("heard %s", heard)
		}
		if err := w.driver.Rearm(w.now()); err != nil {
			t.Fatal(err)
		}
		w.wait(2 * time.Second)
		w.position, w.velocity = w.said.position, safety.Point{}
		for range 40 {
			w.tick(safety.Point{Y: -20})
		}
		w.wait(time.Second)
		if off := b.Last().Position().Sub(w.position).Norm(); off > 1 || w.taken < 40 {
			t.Errorf("%v mm from where it was sent, %d setpoints taken", off, w.taken)
		}
	})
}

func TestTools(t *testing.T) {
	for tool, output := range map[string]string{ToolGripper: "gripper", ToolPump: "pump"} {
		t.Run(tool, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, open := start(t, running)
				b.Command("object 1")
				cfg := testConfig()
				cfg.Tool = tool
				w, _ := newWriter(t, cfg, open)
				for i, g := range []safety.Gripper{safety.GripperClosed, safety.GripperOpen} {
					if err := w.driver.Grip(w.now(), g); err != nil {
						t.Fatal(err)
					}
					w.wait(2 * time.Second)
					if heard := w.said.take(); !slices.Contains(heard, fmt.Sprintf("gripped %v", g)) {
						t.Errorf("heard %q", heard)
					}
					var outs []armtest.Event
					for _, e := range b.Events() {
						if e.Ev == armtest.EvOutput {
							outs = append(outs, e)
						}
					}
					if len(outs) != i+1 || outs[i].Text != output || outs[i].N != 1-i {
						t.Errorf("outputs %+v", outs)
					}
				}
			})
		})
	}
}

// What a controller may do in the middle of a motion that ends the link.
func TestLosesTheLink(t *testing.T) {
	for fault, words := range map[string]string{
		"lose 1":     "does not answer",
		"mute":       "does not",
		"reboot":     "reset",
		"close":      "",
		"stall-read": "does not answer",
	} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, open := start(t, running)
				w, _ := newWriter(t, testConfig(), open)
				b.Command(fault)
				sp := safety.Setpoint{From: w.position, Position: w.position.Add(safety.Point{Y: 1}), Speed: 20}
				err := w.driver.Move(w.now(), sp)
				if err == nil {
					err = w.until(w.now() + 5*time.Second)
				}
				if err == nil || !strings.Contains(err.Error(), words) {
					t.Errorf("got %v, want %q", err, words)
				}
			})
		})
	}
}
