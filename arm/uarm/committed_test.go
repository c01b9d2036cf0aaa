package uarm

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

// A way from standstill to standstill takes what a trapezoid, or a triangle, of it takes.
func TestRestToRest(t *testing.T) {
	for _, tc := range []struct{ mm, feed, want float64 }{
		{0, 50, 0},
		{1, 1000, 0.1},   // 2·√(1/400)
		{25, 100, 0.5},   // just reaches its feed
		{100, 100, 1.25}, // 0.25 s up and down, 0.75 s between: 1 + 100/400
	} {
		if got := restToRest(tc.mm, tc.mm/tc.feed); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%v mm at %v mm/s: %v s, want %v", tc.mm, tc.feed, got, tc.want)
		}
	}
}

// Two blocks in one line take as long as one; a corner is a stop.
func TestCornersAreStops(t *testing.T) {
	takes := func(points ...safety.Point) time.Duration {
		c := committed{pace: 1}
		for _, p := range points[:len(points)-1] {
			c.add(0, c.block(p, 50))
		}
		return c.takes(c.block(points[len(points)-1], 50))
	}
	one := takes(safety.Point{X: 20})
	if two := takes(safety.Point{X: 10}, safety.Point{X: 20}); two.Round(time.Microsecond) != one.Round(time.Microsecond) {
		t.Errorf("in two blocks %v, in one %v", two, one)
	}
	corner := takes(safety.Point{X: 10}, safety.Point{X: 10, Y: 10})
	if want := 2 * takes(safety.Point{X: 10}); corner.Round(time.Microsecond) != want.Round(time.Microsecond) {
		t.Errorf("over a corner %v, want %v", corner, want)
	}
}

// What was measured as done is not reckoned with again; a slower arm takes longer.
func TestMeasuredMakesRoom(t *testing.T) {
	c := committed{pace: 1, slowest: 0.2}
	for x := range 5 {
		c.add(0, c.block(safety.Point{X: float64(x+1) * 2}, 40))
	}
	before := c.takes(block{})
	c.measured(50*time.Millisecond, safety.Point{X: 5, Y: 0.3})
	if after := c.takes(block{}); after >= before || len(c.blocks) != 3 || c.seen != 1 {
		t.Errorf("%v then %v, %d blocks left, %v mm into the first", before, after, len(c.blocks), c.seen)
	}
	c.measured(60*time.Millisecond, safety.Point{X: 4})
	if c.seen != 1 {
		t.Errorf("went back to %v", c.seen)
	}
	quick := c.takes(block{})
	for now := time.Second; now < 10*time.Second; now += time.Second {
		c.measured(now, safety.Point{X: 5})
	}
	if slow := c.takes(block{}); c.pace != 0.2 || slow != 5*quick {
		t.Errorf("a pace of %v and %v, was %v", c.pace, slow, quick)
	}
}

// More on its way never takes less time, and never nothing.
func TestMoreTakesLonger(t *testing.T) {
	coordinate := rapid.Float64Range(-20, 20)
	rapid.Check(t, func(t *rapid.T) {
		c := committed{pace: rapid.Float64Range(0.2, 1).Draw(t, "pace")}
		var last time.Duration
		for range rapid.IntRange(1, 8).Draw(t, "blocks") {
			b := c.block(c.end().Add(safety.Point{X: coordinate.Draw(t, "x"), Y: coordinate.Draw(t, "y")}), rapid.Float64Range(1, 250).Draw(t, "feed"))
			takes := c.takes(b)
			if b.length > 1e-3 && takes <= 0 || takes < last-time.Microsecond {
				t.Fatalf("%v after %v with %v mm", takes, last, b.length)
			}
			c.add(0, b)
			last = takes
		}
	})
}

// An arm whose encoders err by less than they may has not come to the turn, and is not on its way back.
func TestMeasuredBeforeATurn(t *testing.T) {
	c := committed{pace: 1, slowest: 0.2}
	for _, x := range []float64{1, 2, 1, 0} {
		c.add(0, c.block(safety.Point{X: x}, 20))
	}
	before := c.takes(block{})
	for i, x := range []float64{0.2, 0} {
		c.measured(time.Duration(i+1)*movingReport, safety.Point{X: x})
	}
	if after := c.takes(block{}); after < before/2 {
		t.Errorf("%v then %v", before, after)
	}
	c.measured(3*movingReport, safety.Point{X: 2})
	c.measured(4*movingReport, safety.Point{X: 0.3})
	if after := c.takes(block{}); len(c.blocks) != 1 {
		t.Errorf("on its way back, %v and %d blocks are left", after, len(c.blocks))
	}
}

// Short motions are not done before the arm has gone them, however short they are, and an arm that
// stands is slow.
func TestShortMotionsAreNotDoneUnseen(t *testing.T) {
	c := committed{pace: 1, slowest: 0.2}
	for x := range 10 {
		c.add(0, c.block(safety.Point{X: 0.4 * float64(x+1)}, 8))
	}
	before := c.takes(block{})
	for i := range 20 {
		c.measured(time.Duration(i+1)*movingReport, safety.Point{})
	}
	if after := c.takes(block{}); after < before || c.pace == 1 {
		t.Errorf("%v then %v, a pace of %v", before, after, c.pace)
	}
}
