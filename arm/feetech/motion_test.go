package feetech

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// heavy is an arm that stands below its goals by as much as a load of 1.5 kg at 100 mm costs.
func heavy(c *feetechemu.Config) {
	c.Servos[kinematics.Shoulder].Gravity, c.Servos[kinematics.Elbow].Gravity = -500, 400
}

// The setpoints of the gate's default speed flow, with a short horizon and the slowest bus.
func TestFlows(t *testing.T) {
	for name, option := range map[string]func(*feetechemu.Config){
		"plain": func(*feetechemu.Config) {}, "slow": slowAdapter,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWriter(t, testConfig(), busConfig(testConfig(), testStart, option))
				w.drive(safety.Point{X: 30, Y: -248}, 25)
				from := w.position
				w.drive(safety.Point{X: 30, Y: -248}, 25)
				if mean := w.position.Sub(from).Norm() / 0.25; mean < 240 {
					t.Errorf("mean speed %.0f mm/s of 250", mean)
				}
				w.drive(safety.Point{X: -200, Y: 150}, 25)
				w.drive(safety.Point{Z: 200}, 25)
				if w.waited > 3 {
					t.Errorf("%d setpoints had to wait", w.waited)
				}
				w.stop()
				if far := where(testConfig())(w.board.Last()).Sub(w.position).Norm(); far > 2 {
					t.Errorf("%.1f mm from the last setpoint", far)
				}
				for _, ev := range []string{feetechemu.EvCollision, feetechemu.EvJump, feetechemu.EvChecksum} {
					if got := w.events(ev); len(got) > 0 {
						t.Errorf("%d times %s, first %+v", len(got), ev, got[0])
					}
				}
			})
		})
	}
}

// Every tick of a motion has a goal and a whole cycle of answers, also on the slowest bus.
func TestMeasuresInEveryTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, testConfig(), busConfig(testConfig(), testStart, slowAdapter))
		w.serve(time.Second)
		before := len(w.events("tx"))
		w.drive(safety.Point{Y: -100}, 50)
		w.serve(testTick)
		if answers := len(w.events("tx")) - before; answers < 50*5 {
			t.Errorf("%d answers in 50 ticks, want 5 in each", answers)
		}
	})
}

// An arm at rest is asked ten times a second, and told nothing.
func TestRestsQuietly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
		w.serve(time.Second)
		before := len(w.events("line"))
		w.serve(10 * time.Second)
		if lines := len(w.events("line")) - before; lines < 90 || lines > 110 {
			t.Errorf("%d instructions in 10 s, want 10 a second", lines)
		}
	})
}

// Neither a stop and a reset nor a new session lets an arm sink that stands below its goals.
func TestHoldsUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// No servo holds before Open: what it falls until then does not count.
		w := newWriter(t, testConfig(), busConfig(testConfig(), testStart, heavy))
		w.serve(time.Second)
		w.rearm()
		w.drive(safety.Point{Z: 60}, 50)
		w.stop()
		stood := w.board.Last().Joints
		w.rearm()
		w.serve(time.Second)
		if err := w.driver.Close(); err != nil {
			t.Fatal(err)
		}
		w.open()
		w.serve(time.Second)
		before := w.waited
		w.drive(safety.Point{Z: 1}, 10) // 0.1 mm
		if w.waited > before {
			t.Errorf("%d setpoints had to wait", w.waited-before)
		}
		w.serve(time.Second)
		for i, angle := range w.board.Last().Joints {
			if off := (angle - stood[i]) * countsPerRad; off > 4 || off < -4 {
				t.Errorf("servo %d has moved by %.0f counts", i, off)
			}
		}
		if sink := w.sentTo(kinematics.Elbow) - w.counts(kinematics.Elbow); sink < 10 {
			t.Errorf("the elbow is %d counts off its goal: the load of this test is none", sink)
		}
		w.want()
	})
}

// A servo that is put to the test by an obstacle lets go of it, and says which one it is.
func TestBlockedJoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, testConfig(), busConfig(testConfig(), testStart))
		w.serve(time.Second)
		w.drive(safety.Point{Y: -100}, 20)
		w.board.Command("block 11")
		w.drive(safety.Point{Y: -100}, 80)
		heard := w.said.take()
		if len(heard) != 1 || !contains(heard[0], "base does not follow", "locked=false") {
			t.Fatalf("told %q", heard)
		}
		if push := distance(w.sentTo(kinematics.Base), w.counts(kinematics.Base)); push > stillCounts {
			t.Errorf("the base still pushes: its goal is %d counts away", push)
		}
		w.stop()
		w.board.Command("free 11")
		w.serve(time.Second)
		w.rearm()
		from := w.position
		w.drive(safety.Point{Y: -50}, 50)
		w.serve(time.Second)
		if went := where(testConfig())(w.board.Last()).Sub(from).Norm(); went < 15 {
			t.Errorf("went %.1f mm afterwards", went)
		}
		w.want()
	})
}

// A gate that brakes on a way that cannot be gone comes to a stand, and the arm holds.
func TestBrakesAtTheEdge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWriter(t, testConfig(), busConfig(testConfig(), safety.Point{X: 250, Z: 100}))
		w.serve(time.Second)
		w.drive(safety.Point{X: 250}, 200)
		heard := w.said.take()
		if len(heard) != 1 || !contains(heard[0], "out of reach", "locked=false") {
			t.Fatalf("told %q", heard)
		}
		w.velocity = safety.Point{X: 250} // as if the gate had not been held up
		w.stop()
		if at := where(testConfig())(w.board.Last()); at.X < 270 || at.X > 320 {
			t.Errorf("the arm stands at %v", at)
		}
	})
}
