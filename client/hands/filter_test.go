package hands_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/safety"
)

func filter() hands.Filter {
	c := hands.Default()
	return hands.Filter{MinCutoff: c.MinCutoff, Beta: c.Beta, DerivativeCutoff: c.DerivativeCutoff}
}

func points() *rapid.Generator[safety.Point] {
	mm := rapid.Float64Range(-1000, 1000)
	return rapid.Custom(func(t *rapid.T) safety.Point {
		return safety.Point{X: mm.Draw(t, "x"), Y: mm.Draw(t, "y"), Z: mm.Draw(t, "z")}
	})
}

func times() *rapid.Generator[time.Duration] {
	return rapid.Map(rapid.Int64Range(0, int64(200*time.Millisecond)), func(n int64) time.Duration { return time.Duration(n) })
}

// A hand that stays comes out where it is, whatever was before; and on its way there the
// filter goes straight, monotonically, and never beyond: a step has no overshoot.
func TestFilterOfAStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := filter()
		for range rapid.IntRange(1, 20).Draw(t, "frames") {
			f.Next(points().Draw(t, "before"), times().Draw(t, "dt"))
		}
		to := points().Draw(t, "to")
		last := f.Next(to, frame).Sub(to).Norm()
		for range 300 { // 10 s
			off := f.Next(to, frame).Sub(to).Norm()
			if off > last*(1+1e-9) {
				t.Fatalf("%v mm off after %v", off, last)
			}
			last = off
		}
		if last > 1e-3 {
			t.Errorf("still %v mm off", last)
		}
	})
}

// What comes out is between what came out before and what goes in.
func TestFilterStaysBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := filter()
		out := f.Next(points().Draw(t, "first"), 0)
		for range rapid.IntRange(1, 30).Draw(t, "frames") {
			in := points().Draw(t, "in")
			now := f.Next(in, times().Draw(t, "dt"))
			if whole := in.Sub(out).Norm(); now.Sub(out).Norm()+in.Sub(now).Norm() > whole+1e-6 {
				t.Fatalf("from %v to %v by %v", out, in, now)
			}
			out = now
		}
	})
}

// A hand that is held still trembles less behind the filter, by more than half.
func TestFilterTakesTheTremorAway(t *testing.T) {
	f, random := filter(), rand.New(rand.NewPCG(1, 2))
	var in, out float64
	for i := range 900 {
		noise := safety.Point{X: random.NormFloat64(), Y: random.NormFloat64(), Z: random.NormFloat64()}
		p := f.Next(noise, frame)
		if i >= 30 {
			in += noise.Norm() * noise.Norm()
			out += p.Norm() * p.Norm()
		}
	}
	if ratio := math.Sqrt(out / in); ratio > 0.5 {
		t.Errorf("%.2f of the tremor is left", ratio)
	} else {
		t.Logf("%.2f of the tremor is left", ratio)
	}
}

// The lag behind a steady hand is bounded by 1/(2π Beta) whatever its speed.
func TestFilterLagsLessThanItSays(t *testing.T) {
	c := hands.Default()
	bound := 1 / (2 * math.Pi * c.Beta)
	for _, speed := range []float64{1, 10, 50, 100, 250, 1000} {
		f := filter()
		var lag float64
		for i := range 300 {
			in := safety.Point{X: speed * float64(i) * frame.Seconds()}
			lag = in.Sub(f.Next(in, frame)).Norm()
		}
		if says := speed / (2 * math.Pi * (c.MinCutoff + c.Beta*speed)); lag > says+1e-6 || lag > bound {
			t.Errorf("%g mm/s: %.2f mm, at most %.2f and %.2f", speed, lag, says, bound)
		}
	}
}

// On the recording the filter is never far behind.
func TestFilterOnTheRecording(t *testing.T) {
	f, c := filter(), config()
	worst, sum, n := 0.0, 0.0, 0
	for _, h := range recorded(t) {
		if !h.Seen || !h.HasZ {
			f.Reset()
			continue
		}
		p := c.Map.Place(&h, safety.Point{})
		lag := f.Next(p, frame).Sub(p).Norm()
		worst, sum, n = max(worst, lag), sum+lag, n+1
	}
	t.Logf("%.1f mm at most, %.1f mm in the mean", worst, sum/float64(n))
	if worst > 30 || sum/float64(n) > 8 { // 17.5 mm are the recording's own jumps
		t.Errorf("%.1f mm at most, %.1f mm in the mean", worst, sum/float64(n))
	}
}

func TestFilterReset(t *testing.T) {
	f := filter()
	f.Next(safety.Point{X: 100}, frame)
	f.Reset()
	if p := f.Next(safety.Point{Y: 7}, time.Hour); p != (safety.Point{Y: 7}) {
		t.Errorf("%v remembers", p)
	}
}

// The target is never farther from the hand than the radius, stands still where it need not
// move, and never goes farther than the hand does.
func TestDeadZone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := hands.DeadZone{Radius: rapid.Float64Range(0, 20).Draw(t, "radius")}
		in := points().Draw(t, "first")
		out := z.Next(in)
		if out != in {
			t.Fatalf("it begins at %v instead of %v", out, in)
		}
		for range rapid.IntRange(1, 50).Draw(t, "frames") {
			next := in.Add(points().Draw(t, "by").Scale(rapid.Float64Range(0, 0.02).Draw(t, "scale")))
			now := z.Next(next)
			switch {
			case next.Sub(now).Norm() > z.Radius+1e-9:
				t.Fatalf("%v is %v mm behind", now, next.Sub(now).Norm())
			case next.Sub(out).Norm() <= z.Radius && now != out:
				t.Fatalf("it moved from %v to %v for %v", out, now, next)
			case now.Sub(out).Norm() > next.Sub(in).Norm()+1e-9:
				t.Fatalf("it moved by %v for %v", now.Sub(out).Norm(), next.Sub(in).Norm())
			}
			in, out = next, now
		}
	})
}
