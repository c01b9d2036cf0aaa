package uarm

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// gaps are in mm, between where an arm was sent and where it stands. Up to astray is no alarm,
// the encoders' noise included.
var gaps = []float64{0.4, 1.5, 2.5, 4, 4.5}

var gapHorizons = []time.Duration{220 * time.Millisecond, 250 * time.Millisecond, 300 * time.Millisecond, 400 * time.Millisecond, 600 * time.Millisecond}

// The line of a setpoint that begins where the arm stands is as long as its step, however far from
// there the arm was sent.
func TestTheFirstLineIsAsLongAsItsStep(t *testing.T) {
	for _, horizon := range gapHorizons {
		for _, gap := range gaps {
			cfg := testConfig()
			cfg.Horizon = horizon
			s := newSession(cfg)
			end := safety.Point{X: 200, Z: 100}
			s.open, s.known, s.synced, s.placed, s.timed = nil, true, true, true, true
			s.motion.place(end)
			s.rest.quiet, s.pos = true, end.Add(safety.Point{Z: -gap})

			step := safety.Point{Y: 0.8}
			sp := safety.Setpoint{From: s.pos, Position: s.pos.Add(step), Speed: 16}
			if part := s.accepts(time.Second, sp); part != 1 {
				t.Errorf("horizon %v, gap %v mm: takes %v", horizon, gap, part)
			}
			if _, err := s.move(time.Second, sp); err != nil {
				t.Fatal(err)
			}
			b := s.motion.blocks[0]
			if math.Abs(b.length-step.Norm()) > 2*grid || b.feed > 1.06*sp.Speed {
				t.Errorf("horizon %v, gap %v mm: a line of %v mm at %v mm/s", horizon, gap, b.length, b.feed)
			}
		}
	}
}

// An arm that stands beside where it was sent moves at once, no faster than its setpoints, and
// ends where they do.
func TestMovesFromBesideItsGoal(t *testing.T) {
	for _, horizon := range gapHorizons {
		for _, gap := range gaps {
			for _, degrees := range []bool{false, true} {
				for _, way := range []safety.Point{{Y: 1}, {Z: 1}, {Z: -1}} {
					t.Run(fmt.Sprintf("%v,%v mm,degrees=%v,%v", horizon, gap, degrees, way), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) { moveFromBeside(t, horizon, gap, degrees, way) })
					})
				}
			}
		}
	}
}

func moveFromBeside(t *testing.T, horizon time.Duration, gap float64, degrees bool, way safety.Point) {
	const speed, ticks = 12, 40 // mm/s
	cfg, machine := testConfig(), running
	cfg.Horizon, machine.FeedInDegrees, machine.Position = horizon, degrees, safety.Point{X: 200, Z: 100}
	b, open := start(t, machine)
	w, _ := newWriter(t, cfg, open)
	b.Command(fmt.Sprintf("slip 0 0 %v", -gap))
	w.wait(3 * time.Second)
	if w.position = w.said.position; !w.said.atRest {
		t.Fatal("does not stand")
	}
	began := b.Now()
	for range ticks {
		w.tick(way.Scale(speed))
	}
	if w.taken < w.asked*9/10 {
		t.Errorf("%d of %d setpoints were taken", w.taken, w.asked)
	}
	w.wait(3 * time.Second)
	most := 1.1 * speed
	if degrees {
		most = speed + 20
	}
	for _, e := range b.Events() {
		if e.Ev == armtest.EvPos && time.Duration(e.T) > began && e.V > most {
			t.Fatalf("%v mm/s, its setpoints have %v", e.V, float64(speed))
		}
	}
	if off := w.said.position.Sub(w.position).Norm(); off > 1 {
		t.Errorf("%v mm from where it was sent", off)
	}
	for _, text := range w.said.take() {
		if strings.HasPrefix(text, "alarm") {
			t.Error(text)
		}
	}
}

// A setpoint that begins where the arm does not stand is an alarm, once.
func TestBeginsElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, open := start(t, running)
		w, _ := newWriter(t, testConfig(), open)
		w.position = w.position.Add(safety.Point{Z: 8})
		w.wait(time.Second)
		for range 10 {
			w.tick(safety.Point{Y: 12})
		}
		w.wait(2 * time.Second)
		var alarms []string
		for _, text := range w.said.take() {
			if strings.HasPrefix(text, "alarm") {
				alarms = append(alarms, text)
			}
		}
		if w.taken > 0 || len(alarms) != 1 || !strings.Contains(alarms[0], "stands 8 mm from") {
			t.Errorf("took %d setpoints, heard %q", w.taken, alarms)
		}
	})
}

// An arm that creeps away at rest, too slowly for a motion, is an alarm all the same.
func TestCreeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, open := start(t, running)
		w, _ := newWriter(t, testConfig(), open)
		w.wait(time.Second)
		for range 30 {
			b.Command("slip 0 0 -0.2")
			w.wait(time.Second)
		}
		if heard := strings.Join(w.said.take(), "\n"); !strings.Contains(heard, "from where it was sent") {
			t.Errorf("heard %s", heard)
		}
	})
}

// Steps from beside the goal that are too short for a line add up.
func TestTinyStepsAddUp(t *testing.T) {
	s := newSession(testConfig())
	end := safety.Point{X: 200, Z: 100}
	s.known, s.synced, s.placed, s.timed = true, true, true, true
	s.motion.place(end)
	s.rest.quiet, s.pos = true, end.Add(safety.Point{Z: -2})
	at := s.pos
	for range 10 {
		to := at.Add(safety.Point{Y: 0.003})
		if _, err := s.move(time.Second, safety.Setpoint{From: at, Position: to, Speed: 0.06}); err != nil {
			t.Fatal(err)
		}
		at = to
	}
	if went := s.motion.end().Sub(end).Norm(); math.Abs(went-0.03) > grid {
		t.Errorf("10 steps of 3 µm went %.3f mm", went)
	}
}
