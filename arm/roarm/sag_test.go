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

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/roarmemu"
	"github.com/aether-arm/aetherd/safety"
)

// sagging is an arm whose servos rest counts off their goals where it is stretched out level.
func sagging(counts float64) roarmemu.Config {
	return roarmemu.Config{Accel: accel, ShoulderSag: counts, ElbowSag: counts, Position: &[3]float64{350, 0, 150}}
}

// lowest returns how low the arm was since a moment of the emulator's clock.
func lowest(m *armtest.Memory, since time.Duration) float64 {
	low := math.Inf(1)
	for _, e := range m.Events() {
		if time.Duration(e.T) >= since {
			low = min(low, e.Z)
		}
	}
	return low
}

// travel goes a way of mm in a direction, as an order from rest does, and reports whether it
// got there.
func (w *writer) travel(velocity safety.Point, way float64) bool {
	w.begin()
	from := w.position
	for end := w.now() + 10*time.Second; w.position.Sub(from).Norm() < way; {
		if w.failed != nil || w.now() > end {
			return false
		}
		w.tick(velocity)
	}
	for range 50 {
		w.tick(safety.Point{})
	}
	return true
}

// Whatever its servos sag by, an arm at rest goes on from where it stands: neither does it drop by
// its sag, nor does it stay for ever. That holds after an order, and after a stop and a reset.
func TestGoesOnFromRestWithoutADrop(t *testing.T) {
	const dip = 4 // mm: servos take up what a new direction leaves of their friction and rounding
	for _, horizon := range []time.Duration{250, 300, 400} {
		for _, counts := range []float64{0, 20, 30, 40, 60} {
			synctest.Test(t, func(t *testing.T) {
				cfg := testConfig()
				cfg.Horizon = horizon * time.Millisecond
				m := emulated(t, sagging(counts))
				w, opened := newWriter(t, cfg, opener(m))
				for _, direction := range []float64{1, 1, -1} {
					w.begin()
					since, z := m.Now(), m.Last().Z
					if !w.travel(safety.Point{Y: direction * opened.MaxSpeed / 2}, 30) {
						t.Errorf("horizon %v, sag %v: stuck at %v, heard %v", cfg.Horizon, counts, w.position, w.said.take())
					}
					if drop := z - lowest(m, since); drop > dip {
						t.Errorf("horizon %v, sag %v: dropped by %.1f mm", cfg.Horizon, counts, drop)
					}
					w.brake()
					w.rearm()
				}
			})
		}
	}
}

// An arm that stretches out sags more and more on its way, by more than its lead. It gets there
// all the same, and nobody is told of an obstacle.
func TestGetsThereUnderAGrowingLoad(t *testing.T) {
	for _, horizon := range []time.Duration{250, 300, 400} {
		synctest.Test(t, func(t *testing.T) {
			cfg := testConfig()
			cfg.Horizon = horizon * time.Millisecond
			emu := sagging(60)
			emu.Position = &[3]float64{150, 0, 100}
			w, opened := newWriter(t, cfg, opener(emulated(t, emu)))
			for _, way := range []float64{280, -280} {
				if !w.travel(safety.Point{X: math.Copysign(opened.MaxSpeed/2, way)}, math.Abs(way)) {
					t.Errorf("horizon %v: stuck at %v", cfg.Horizon, w.position)
				}
			}
			for _, h := range w.said.take() {
				if strings.HasPrefix(h, "alarm") {
					t.Errorf("horizon %v: %s", cfg.Horizon, h)
				}
			}
		})
	}
}

// An arm that is held back is pushed by mostSag at most, or by its lead and what it sags by at
// rest. Then it is an alarm; a reset and a new order push no harder.
func TestPushesAnObstacleNoHarder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := testConfig()
		cfg.Horizon = time.Duration(rapid.IntRange(25, 45).Draw(rt, "horizon")) * 10 * time.Millisecond
		counts := rapid.Float64Range(0, 60).Draw(rt, "sag")
		problem := ""
		synctest.Test(t, func(t *testing.T) {
			m := emulated(t, sagging(counts))
			w, opened := newWriter(t, cfg, opener(m))
			w.settle()
			_, sag := w.driver.session.course.sag.apart(posture{})
			most := max(mostSag, sag+lead(cfg.Horizon)) + 2*count
			m.Command("block")
			for range 3 {
				told := false
				for end := w.now() + 3*time.Second; !told && w.now() < end; {
					w.tick(safety.Point{Y: opened.MaxSpeed, Z: opened.MaxSpeed})
					if _, by := w.driver.session.course.goal.apart(w.driver.session.at); by > most {
						problem = fmt.Sprintf("pushed by %.1f°, at most %.1f°", degrees(by), degrees(most))
						return
					}
					told = slices.ContainsFunc(w.said.take(), func(h string) bool { return strings.Contains(h, "does not follow") })
				}
				if !told {
					problem = "nobody is told"
					return
				}
				w.brake()
				w.settle()
				if heard := strings.Join(w.said.take(), "\n"); strings.Contains(heard, "alarm") {
					problem = "told again: " + heard
				}
				w.rearm()
			}
		})
		if problem != "" {
			rt.Error(problem)
		}
	})
}

// A load that falls on the way does not lengthen the lead: a joint that was seen to sag by more
// than its lead, and does so no more, rests within the horizon all the same.
func TestRestsWithinTheHorizonUnderAFallingLoad(t *testing.T) {
	for _, horizon := range []time.Duration{250 * time.Millisecond, 300 * time.Millisecond} {
		for ticks := 20; ticks < 400; ticks += 18 {
			synctest.Test(t, func(t *testing.T) {
				cfg := testConfig()
				cfg.Horizon = horizon
				emu := sagging(60)
				emu.Position = &[3]float64{470, 0, 80}
				m := emulated(t, emu)
				w, opened := newWriter(t, cfg, opener(m))
				for range ticks {
					w.tick(safety.Point{X: -2 * opened.MaxSpeed, Z: 2 * opened.MaxSpeed})
				}
				died := m.Now()
				time.Sleep(2 * time.Second)
				if took := lastMotion(m) - died; took > horizon {
					t.Errorf("after %d ticks at rest %v after the writer died, horizon %v", ticks, took, horizon)
				}
			})
		}
	}
}
