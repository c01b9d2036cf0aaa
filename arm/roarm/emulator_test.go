package roarm

import (
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
	"github.com/aether-arm/aetherd/arm/armtest/roarmemu"
	"github.com/aether-arm/aetherd/safety"
)

// rounding is in mm: how far the emulated arm may be from where it is sent or said to be. Its
// servos round to counts, and their middle is one beside the one that they are read by.
const rounding = 2

// emulated starts an emulated arm in the bubble of t. Unless cfg says otherwise its servos
// have the acceleration that T:1041 asks for.
func emulated(t testing.TB, cfg roarmemu.Config, faults ...string) *armtest.Memory {
	if cfg.Accel == 0 {
		cfg.Accel = accel
	}
	return armtest.StartMemory(t, func(now time.Duration) armtest.Machine { return roarmemu.New(cfg, now) }, faults...)
}

func opener(m *armtest.Memory) arm.Opener {
	return func() (arm.Port, error) { return m.Open() }
}

// lastMotion returns when the arm moved last, on the emulator's clock.
func lastMotion(m *armtest.Memory) time.Duration {
	var last time.Duration
	for _, e := range m.Events() {
		if e.Ev == armtest.EvRest || e.Ev == armtest.EvPos && e.V > 0 {
			last = time.Duration(e.T)
		}
	}
	return last
}

// lines returns the lines with a T that came in since from.
func lines(m *armtest.Memory, from int, kind string) (found []string) {
	for _, e := range m.Events()[from:] {
		if e.Ev == armtest.EvLine && strings.HasPrefix(e.Text, `{"T":`+kind+",") {
			found = append(found, e.Text)
		}
	}
	return found
}

func TestOpensAnArmThatBoots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{Boot: true, BootTime: 4000, Position: &[3]float64{200, 100, 100}})
		w, opened := openWriter(t, testConfig(), opener(m))
		if off := opened.Position.Sub(safety.Point{X: 310.15, Z: 235.09}).Norm(); off > rounding {
			t.Errorf("opened at %v, which is %v mm from the initial pose", opened.Position, off)
		}
		if moved := lastMotion(m); moved == 0 || m.Now()-moved < restTime {
			t.Errorf("opened at %v, the arm moved until %v", m.Now(), moved)
		}
		if sent := len(lines(m, 0, "1041")) + len(lines(m, 0, "210")); sent != 0 {
			t.Errorf("%d lines of motion", sent)
		}
		w.until(w.now() + time.Second)
	})
}

func TestFollowsAndArrives(t *testing.T) {
	for _, emu := range []float64{accel, 50} {
		synctest.Test(t, func(t *testing.T) {
			m := emulated(t, roarmemu.Config{Accel: emu})
			w, opened := newWriter(t, testConfig(), opener(m))
			began := w.now()
			for w.position.Sub(opened.Position).Norm() < 100 && w.now()-began < 10*time.Second {
				w.tick(safety.Point{Y: opened.MaxSpeed})
			}
			took := w.now() - began
			for range 20 {
				w.tick(safety.Point{})
			}
			w.settle()
			at, _ := w.said.where()
			if off := at.Sub(w.position).Norm(); off > rounding {
				t.Errorf("is at %v, was sent to %v", at, w.position)
			}
			if off := m.Last().Position().Sub(at).Norm(); off > rounding {
				t.Errorf("is at %v, says %v", m.Last().Position(), at)
			}
			if want := time.Duration(1.5 * 100 / opened.MaxSpeed * float64(time.Second)); took > want {
				t.Errorf("%v mm/s: 100 mm took %v, want %v", opened.MaxSpeed, took, want)
			}
			for _, h := range w.said.take() {
				if strings.HasPrefix(h, "alarm") {
					t.Error(h)
				}
			}
		})
	}
}

// Whenever the process dies, the arm rests within the horizon: whatever the way, the speed,
// the servos' acceleration and load, and the horizon.
func TestRestsWithinTheHorizonOfAWriterThatDies(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := testConfig()
		cfg.Horizon = time.Duration(rapid.IntRange(25, 40).Draw(rt, "horizon")) * 10 * time.Millisecond
		emu := rapid.SampledFrom([]float64{accel, accel, 8, 50}).Draw(rt, "acceleration")
		sag := rapid.SampledFrom([]float64{0, 30, 60}).Draw(rt, "sag")
		start := rapid.SampledFrom([][3]float64{{310, 0, 235}, {470, 0, 80}, {160, 0, 80}}).Draw(rt, "start")
		speed := rapid.Float64Range(50, 400).Draw(rt, "speed")
		turns := rapid.SliceOfN(rapid.Float64Range(0, 2*math.Pi), 1, 3).Draw(rt, "turns")
		ticks := rapid.IntRange(10, 150).Draw(rt, "ticks")

		var died, rested time.Duration
		synctest.Test(t, func(t *testing.T) {
			m := emulated(t, roarmemu.Config{Accel: emu, ShoulderSag: sag, ElbowSag: sag, Position: &start})
			w, _ := newWriter(t, cfg, opener(m))
			for i := range ticks {
				sin, cos := math.Sincos(turns[i*len(turns)/ticks])
				w.tick(safety.Point{X: speed * sin / 2, Y: speed * cos, Z: speed * sin / 2})
			}
			died = m.Now()
			time.Sleep(2 * time.Second)
			rested = lastMotion(m)
		})
		if rested-died > cfg.Horizon {
			rt.Errorf("at rest %v after the writer died, horizon %v", rested-died, cfg.Horizon)
		}
	})
}

// A stop in a move ends it: confirmed when the arm stands, nothing moves after that, and no
// byte of motion goes out but the braking setpoints.
func TestStops(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		ticks := rapid.IntRange(1, 60).Draw(rt, "ticks")
		emu := rapid.SampledFrom([]float64{accel, 50}).Draw(rt, "acceleration")
		problem := ""
		synctest.Test(t, func(t *testing.T) {
			m := emulated(t, roarmemu.Config{Accel: emu})
			w, opened := newWriter(t, testConfig(), opener(m))
			for range ticks {
				w.tick(safety.Point{X: -opened.MaxSpeed, Z: 20})
			}
			w.said.take()
			w.brake()
			braked := len(m.Events())
			confirmed := w.now()
			for !slices.Contains(w.said.take(), "stopped confirmed") {
				if w.now()-confirmed > time.Second || w.failed != nil {
					t.Fatalf("not confirmed, %v", w.failed)
				}
				w.until(w.now() + time.Millisecond)
			}
			at, stood := m.Last().Position(), m.Now()
			sp := safety.Setpoint{From: w.position, Position: w.position.Add(safety.Point{X: 1}), Speed: 50}
			if part := w.driver.Accepts(w.now(), sp); part != 0 {
				problem = fmt.Sprintf("takes %v of a setpoint while stopped", part)
			}
			w.until(w.now() + time.Second)
			if moved := lastMotion(m); moved > stood {
				problem = fmt.Sprintf("moves %v after the stop was confirmed", moved-stood)
			}
			if said, _ := w.said.where(); said.Sub(at).Norm() > rounding {
				problem = fmt.Sprintf("says that it is at %v, is at %v", said, at)
			}
			if sent := lines(m, braked, "1041"); len(sent) > 0 {
				problem = fmt.Sprintf("sent after braking: %v", sent)
			}
		})
		if problem != "" {
			rt.Error(problem)
		}
	})
}

func TestGrips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{})
		cfg := testConfig()
		cfg.GripForce = 200
		w, opened := newWriter(t, cfg, opener(m))
		for _, percent := range []int{100, 0, 40} {
			g := safety.GripperAt(percent)
			w.said.take()
			if err := w.driver.Grip(w.now(), g); err != nil {
				t.Fatal(err)
			}
			for range 100 { // 2 s, in motion
				w.tick(safety.Point{Y: opened.MaxSpeed / 4})
			}
			if heard := w.said.take(); !slices.Contains(heard, "gripped "+g.String()) {
				t.Errorf("%d %%: not gripped", percent)
			}
		}
		const angle = "2.512" // 40 % of the way from 3.14 to 1.57
		if moves := lines(m, 0, "1041"); !strings.HasSuffix(moves[len(moves)-1], `"t":`+angle+"}") {
			t.Errorf("the last setpoint is %s", moves[len(moves)-1])
		}
		if force := lines(m, 0, "107"); !slices.Equal(force, []string{`{"T":107,"tor":200}`}) {
			t.Errorf("force: %v", force)
		}
	})
}

// A relaxed arm falls. A reset holds it where it then is, and does not lift it.
func TestRelaxesAndRearms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{})
		w, opened := newWriter(t, testConfig(), opener(m))
		w.brake()
		w.settle()
		if err := w.driver.Relax(w.now()); err != nil {
			t.Fatal(err)
		}
		w.until(w.now() + 300*time.Millisecond)
		w.settle()
		fallen, _ := w.said.where()
		if fell := opened.Position.Z - fallen.Z; fell < 100 {
			t.Fatalf("fell only %v mm", fell)
		}
		w.rearm()
		w.until(w.now() + time.Second)
		if off := m.Last().Position().Sub(fallen).Norm(); off > 2 {
			t.Errorf("jumped by %v mm", off)
		}
		for range 25 {
			w.tick(safety.Point{Z: opened.MaxSpeed})
		}
		if up := m.Last().Position().Z - fallen.Z; up < 5 {
			t.Errorf("moved up by %v mm: %v", up, w.said.take())
		}
	})
}
