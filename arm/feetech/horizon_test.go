package feetech

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/safety"
)

// restCounts is what a servo may still creep at its rest: 0.35°, and 0.5 to 1 mm of the arm.
const restCounts = 4

// restedAt returns from when on every joint is where it is now, on the board's clock.
func (w *writer) restedAt() time.Duration {
	events := w.board.Events()
	last := events[len(events)-1].Joints
	for i := len(events) - 1; i >= 0; i-- {
		for joint, angle := range events[i].Joints {
			if math.Abs(angle-last[joint])*countsPerRad > restCounts {
				return time.Duration(events[i].T)
			}
		}
	}
	return 0
}

// Promise 3: whenever the writer falls silent for good, the arm is at rest within the horizon,
// also where setpoints ask for more than any gate does, so that the joints turn as fast as they
// may and turn round at once, and where servos are slower than they are configured to be.
func TestRestsWithinTheHorizonOfAWriterThatDies(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := testConfig()
		c.Horizon = time.Duration(rapid.SampledFrom([]int{95, 120, 200}).Draw(rt, "horizon in ms")) * time.Millisecond
		weak := rapid.SampledFrom([]int{0, 300, 700}).Draw(rt, "counts/s that the servos do")
		slow, weigh := rapid.Bool().Draw(rt, "slow"), rapid.Bool().Draw(rt, "heavy")
		ways := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) safety.Point {
			speed := rapid.Float64Range(-1000, 1000)
			return safety.Point{X: speed.Draw(t, "vx"), Y: speed.Draw(t, "vy"), Z: speed.Draw(t, "vz")}
		}), 1, 5).Draw(rt, "ways")
		ticks := rapid.IntRange(1, 20).Draw(rt, "ticks of each")
		late := time.Duration(rapid.IntRange(0, 9).Draw(rt, "ms after the tick")) * time.Millisecond

		var died, rested time.Duration
		synctest.Test(t, func(t *testing.T) {
			bus := busConfig(c, testStart, func(b *feetechemu.Config) {
				if slow {
					slowAdapter(b)
				}
				for i := range b.Servos {
					b.Servos[i].MaxSpeed = weak
				}
				if weigh {
					heavy(b)
				}
			})
			w := newWriter(t, c, bus)
			w.serve(time.Second)
			for _, v := range ways {
				for range ticks {
					w.velocity = v // no ramps
					w.tick(v, false)
				}
			}
			w.serve(late)
			died = w.board.Now()
			time.Sleep(2 * time.Second)
			rested = w.restedAt()
		})
		if took := rested - died; took > c.Horizon {
			rt.Errorf("at rest %v after the writer died, horizon %v", took, c.Horizon)
		}
	})
}
