package marlinemu

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// speedAt returns how fast the arm passes x on its way there, in mm/s.
func speedAt(b *testBoard, x float64) float64 {
	b.t.Helper()
	for end := b.now + time.Minute; b.now < end; b.Advance(b.now + 100*time.Microsecond) {
		if e := b.Event("", "", 0); e.X >= x {
			return e.V
		}
	}
	b.t.Fatalf("does not come to %v mm", x)
	return 0
}

// What is being executed is not planned again: a line that comes while it runs begins at
// rest. Lines that were there before it began flow.
func TestBusyBlockIsNotReplanned(t *testing.T) {
	b := newTestBoard(t, Config{})
	b.send("G1 X20 F3000\n", 200*time.Millisecond)
	b.send("G1 X40\n", 0)
	if v := speedAt(b, 19.999); v > 2 {
		t.Errorf("passes the end of the first of two late lines at %v mm/s", v)
	}
	b.settle()

	b = newTestBoard(t, Config{})
	b.send("G1 X20 F3000\nG1 X40\nG1 X60\n", 0)
	if v := speedAt(b, 20); v < 49.9 {
		t.Errorf("passes the end of the first of three lines at %v mm/s", v)
	}
}

// The block behind the busy one keeps the speed at which it begins, and its end is planned anew.
func TestOnlyLaterBlocksAreReplanned(t *testing.T) {
	b := newTestBoard(t, Config{})
	b.send("G1 X20 F3000\n", 10*time.Millisecond)
	b.send("G1 X21\n", 100*time.Millisecond) // both there when the first begins
	b.send("G1 X60\n", 10*time.Millisecond)
	entry := math.Sqrt(2 * 1000 * 1) // from which 1 mm is enough to brake
	if v := speedAt(b, 20); math.Abs(v-entry) > 1 {
		t.Errorf("begins the second block at %v mm/s, want %v", v, entry)
	}
	if v := speedAt(b, 21); v < 49.9 {
		t.Errorf("ends it at %v mm/s", v)
	}
}

// Corners are slowed down by the junction deviation, and a way back begins at rest.
func TestCorners(t *testing.T) {
	// 90°: v² = a·d·sin(θ/2)/(1−sin(θ/2)), with sin(θ/2) = √½; a across the corner is not
	// limited to less by an axis.
	want := math.Sqrt(1000 * 0.013 * math.Sqrt2 / 2 / (1 - math.Sqrt2/2))
	for _, tc := range []struct {
		second string
		want   float64
	}{
		{"G1 X20 Y20", want},
		{"G1 X0", 0},
	} {
		b := newTestBoard(t, Config{})
		b.send("G1 X20 F3000\n"+tc.second+"\nG1 Z5\n", 0)
		if v := speedAt(b, 20); math.Abs(v-tc.want) > 0.5 {
			t.Errorf("%s: %v mm/s, want %v", tc.second, v, tc.want)
		}
	}
}

// A stream of short lines is slowed down while few are queued (SLOWDOWN).
func TestShortLinesAreSlowed(t *testing.T) {
	b := newTestBoard(t, Config{Accel: 10000})
	b.send("G91\nG1 X0.5 F6000\nG1 X0.5\nG1 X0.5\nG1 X0.5\n", 0) // 5 ms each
	b.Advance(b.now + 8*time.Millisecond)
	for i, blk := range b.planner.blocks {
		want := 100.0
		if i >= 2 { // 2 were waiting: 5 + 2·15/2 = 20 ms; then 3: 5 + 2·15/3 = 15 ms
			want = 0.5 / (0.005 + 2*0.015/float64(i))
		}
		if math.Abs(blk.nominal-want) > 1e-9 && b.stepper.run.block != blk {
			t.Errorf("block %d: %v mm/s, want %v", i, blk.nominal, want)
		}
	}
}

// Whatever is streamed, and however late: no axis is faster than M203, nothing accelerates
// beyond M201 but in corners, and the arm ends at the end of the last line.
func TestMotionKeepsItsLimits(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const accel, feed = 800, 120
		b := newTestBoard(t, Config{Accel: accel, MaxFeed: feed})
		x := 0.0
		for range rapid.IntRange(1, 25).Draw(rt, "lines") {
			x += float64(rapid.IntRange(1, 60).Draw(rt, "tenths")) / 10
			f := rapid.IntRange(60, 12000).Draw(rt, "F")
			b.send(fmt.Sprintf("G1 X%.1f F%d\n", x, f), rapid.SampledFrom([]time.Duration{0, 5e6, 3e7, 2e8}).Draw(rt, "pause"))
		}
		b.settle()
		end := b.Event("", "", 0)
		if math.Abs(end.X-x) > 1e-3 || end.V != 0 {
			rt.Fatalf("ends at %v with %v mm/s, want %v", end.X, end.V, x)
		}
		var last armtest.Event
		for _, e := range b.events {
			if e.V > feed+1e-3 || e.X < last.X-1e-3 {
				rt.Fatalf("%+v after %+v", e, last)
			}
			dt := float64(e.T-last.T) / 1e9
			if change := math.Abs(e.V - last.V); change > accel*dt+1 {
				rt.Fatalf("%v mm/s more within %v s: %+v after %+v", change, dt, e, last)
			}
			last = e
		}
	})
}
