package grblemu

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// tinySpeed in mm/s is what rounding makes of a distance of 0.
const tinySpeed = 1e-3

// motionRules watches every ramp that a board executes.
type motionRules struct {
	t     rapid.TB
	b     *testBoard
	began time.Duration // of the segment that was looked at last
	speed float64       // at its end
}

func (r *motionRules) check() {
	s := &r.b.stepper
	if !s.moving() || s.since == r.began {
		return
	}
	r.began = s.since
	rate, accel := r.b.set.maxRate(), r.b.set.acceleration()
	for _, ramp := range s.segments[0].ramps {
		if math.Abs(ramp.v-r.speed) > tinySpeed {
			r.t.Fatalf("speed jumps from %g to %g mm/s", r.speed, ramp.v)
		}
		r.speed = ramp.v + ramp.accel*ramp.dt
		for i, u := range ramp.unit {
			if v := math.Abs(u) * max(ramp.v, r.speed); v > rate[i]+1e-6 {
				r.t.Fatalf("axis %d moves at %g mm/s, $%d allows %g", i, v, 110+i, rate[i])
			}
			if a := math.Abs(u * ramp.accel); a > accel[i]*(1+1e-6) {
				r.t.Fatalf("axis %d accelerates by %g mm/s², $%d allows %g", i, a, 120+i, accel[i])
			}
		}
		if r.speed < -1e-6 {
			r.t.Fatalf("moves backwards at %g mm/s", r.speed)
		}
	}
}

// play advances by d, looking at every segment.
func (r *motionRules) play(d time.Duration) {
	for end := r.b.now + d; r.b.now < end; {
		r.b.Advance(min(end, r.b.Next()))
		r.check()
	}
}

// TestMotionObeysLimits moves at random, with holds and cancels: no axis
// exceeds its speed or its acceleration, the speed never jumps along the path,
// and motion that is not cut off ends at rest at its target.
func TestMotionObeysLimits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		set := map[int]float64{}
		for i := range 3 {
			set[110+i] = float64(rapid.IntRange(300, 20000).Draw(rt, "rate"))
			set[120+i] = float64(rapid.IntRange(50, 3000).Draw(rt, "accel"))
		}
		b := newTestBoard(t, Config{Settings: set})
		rules := &motionRules{t: rt, b: b}
		prefix, disturbed := "G1", false
		if rapid.Bool().Draw(rt, "jog") {
			prefix = "$J="
		}
		target, step := axes{}, axes{}
		for range rapid.IntRange(1, 30).Draw(rt, "moves") {
			if rapid.Bool().Draw(rt, "turn") {
				for i := range step {
					step[i] = float64(rapid.IntRange(-2, 2).Draw(rt, "step")) * 5
				}
			}
			target = target.plus(step)
			line := fmt.Sprintf("%sX%g Y%g Z%g F%d\n", prefix, target[0], target[1], target[2],
				rapid.IntRange(60, 20000).Draw(rt, "feed"))
			b.Receive(b.now, []byte(line))
			rules.play(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 3, 20, 200}).Draw(rt, "pause")) * time.Millisecond)
			if stop := rapid.SampledFrom([]string{"", "", "", "!", "\x85"}).Draw(rt, "stop"); stop != "" {
				disturbed = true
				b.Receive(b.now, []byte(stop))
				rules.play(time.Duration(rapid.IntRange(0, 3000).Draw(rt, "after")) * time.Millisecond)
				b.Receive(b.now, []byte("~"))
			}
		}
		for i := 0; b.Next() != armtest.Never; i++ {
			if i > 1_000_000 {
				rt.Fatal("does not come to rest")
			}
			rules.play(b.Next() - b.now)
			rules.check()
		}
		if rules.speed > tinySpeed {
			rt.Fatalf("stands still at %g mm/s", rules.speed)
		}
		if at := b.stepper.at; !disturbed && at.minus(target).length() > 1e-6 {
			rt.Fatalf("rests at %v, want %v", at, target)
		}
	})
}

// TestCancelDistance: after 0x85 at cruising speed the arm goes on for the
// 40 to 50 ms that are prepared, then brakes: v²/2a.
func TestCancelDistance(t *testing.T) {
	const accel = 500.0
	for _, v := range []float64{10, 52, 100, 200} {
		for _, stop := range []string{"\x85", "!"} {
			t.Run(fmt.Sprintf("%x at %g", stop, v), func(t *testing.T) {
				b := newTestBoard(t, Config{Settings: map[int]float64{120: accel}})
				b.send(fmt.Sprintf("$J=X600 F%g\n", v*60), 1503*time.Millisecond)
				from, speed := b.stepper.where(b.now)
				if math.Abs(speed-v) > 1e-9 {
					t.Fatalf("cruises at %g mm/s, want %g", speed, v)
				}
				b.send(stop, 0)
				b.settle()
				got, brake, aStep := b.stepper.at[0]-from[0], v*v/(2*accel), 1.0/80
				if got < brake+0.040*v-aStep || got > brake+0.050*v+aStep {
					t.Errorf("stops after %g mm; braking alone is %g mm", got, brake)
				}
				if at := b.stepper.at; at != at.inSteps(b.set.stepsPerMM()) {
					t.Errorf("stands at %v, between two steps", at)
				}
				if b.state != stateIdle {
					t.Errorf("state %s after a cancel", b.stateName())
				}
			})
		}
	}
}

// TestLooksAhead: blocks in line are passed at speed, a corner slows down, a
// turn back stops, and the last block ends at rest whatever was meant to follow.
func TestLooksAhead(t *testing.T) {
	for _, tc := range []struct {
		name     string
		lines    string
		at       axes    // the junction
		min, max float64 // mm/s there
	}{
		{"straight on", "X10\nX20\n", axes{10}, 99.9, 100.1},
		// v² = a · $11 · s/(1-s), s = sin 45°, a = 1000·√2 mm/s² along the turn
		{"right angle", "X10\nX10Y10\n", axes{10}, 5.8, 5.9},
		{"turn back", "X10\nX5\n", axes{10}, 0, 1e-6},
		{"braking for the end", "X15F15000\nX20\n", axes{15}, 99.95, 100.05}, // v² = 2 · 1000 · 5
		{"last block", "X10\n", axes{10}, 0, 1e-6},
		{"the slower of two", "X10F6000\nX20F1200\n", axes{10}, 19.9, 20.1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newTestBoard(t, Config{})
			b.Receive(b.now, []byte("G1F6000\n"+tc.lines))
			got := math.Inf(1)
			for b.Next() != armtest.Never {
				b.Advance(b.Next())
				if at, v := b.stepper.where(b.now); at.minus(tc.at).length() < 1e-6 {
					got = min(got, v)
				}
			}
			if got < tc.min || got > tc.max {
				t.Errorf("passes %v at %g mm/s, want %g to %g", tc.at, got, tc.min, tc.max)
			}
		})
	}
}

// TestUnderrun: a jog that comes when the end of the one before is already
// prepared does not join it: the arm stops in between.
func TestUnderrun(t *testing.T) {
	for _, tc := range []struct {
		name  string
		after time.Duration
		joins bool
	}{
		{"in time", 100 * time.Millisecond, true},
		{"too late", 180 * time.Millisecond, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newTestBoard(t, Config{}) // 10 mm: 200 ms, cruising at 100 mm/s for an instant
			b.send("$J=X10 F6000\n", tc.after)
			b.send("$J=X20 F6000\n", 0)
			b.settle()
			slow := 0
			for _, e := range b.has(armtest.EvPos) {
				if e.X > 2 && e.X < 18 && e.V < 20 {
					slow++
				}
			}
			if joined := slow == 0; joined != tc.joins {
				t.Errorf("joined: %v, want %v", joined, tc.joins)
			}
		})
	}
}

// TestStreams: short jogs that come as fast as they are executed, with some
// in hand, are one motion at their speed.
func TestStreams(t *testing.T) {
	b := newTestBoard(t, Config{})
	for i := range 100 {
		pause := 20 * time.Millisecond // 2 mm at 100 mm/s
		if i < 12 {
			pause = 2 * lineTime
		}
		b.send(fmt.Sprintf("$J=X%d F6000\n", 2*(i+1)), pause)
	}
	b.settle()
	for _, e := range b.has(armtest.EvPos) {
		if e.X > 10 && e.X < 190 && e.V < 99.9 {
			t.Fatalf("moves at %g mm/s at %g mm", e.V, e.X)
		}
	}
	if rest := b.has(armtest.EvRest); len(rest) != 1 || rest[0].X != 200 {
		t.Errorf("rests %+v", rest)
	}
}

// TestPlannerRoom: 15 blocks are answered at once, the next ones as room
// comes, each with one ok and in order.
func TestPlannerRoom(t *testing.T) {
	b := newTestBoard(t, Config{})
	oks := 0
	for i := range 30 {
		oks += len(b.send(fmt.Sprintf("$J=X%d F60\n", i+1), 2*lineTime))
	}
	if oks != plannerBlocks {
		t.Errorf("%d lines were answered, want %d", oks, plannerBlocks)
	}
	oks += len(b.settle())
	if lost := len(b.has(armtest.EvLost)); oks == 30 || lost == 0 {
		t.Errorf("all 30 lines were answered, though 128 bytes cannot hold the others; lost %d times", lost)
	}
}

// TestSamples: a position every 5 ms while moving, none at rest, and the
// samples agree with the rest.
func TestSamples(t *testing.T) {
	b := newTestBoard(t, Config{})
	b.send("G1 X50 F6000\n", 2*time.Second)
	start, rest, pos := b.has(armtest.EvStart), b.has(armtest.EvRest), b.has(armtest.EvPos)
	if len(start) != 1 || len(rest) != 1 {
		t.Fatalf("%d starts, %d rests", len(start), len(rest))
	}
	if rest[0].X != 50 || rest[0].V != 0 {
		t.Errorf("rest %+v", rest[0])
	}
	// 50 mm at 100 mm/s and 1000 mm/s²: 0.1 s up, 0.4 s, 0.1 s down.
	if d := time.Duration(rest[0].T - start[0].T); d < 599*time.Millisecond || d > 601*time.Millisecond {
		t.Errorf("moves for %v, want 600 ms", d)
	}
	if n := len(pos); n < 118 || n > 120 {
		t.Errorf("%d samples in 600 ms", n)
	}
	for i := 1; i < len(pos); i++ {
		if d := time.Duration(pos[i].T - pos[i-1].T); d != armtest.SamplePeriod {
			t.Fatalf("samples %v apart", d)
		}
	}
}
