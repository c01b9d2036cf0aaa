package recording

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

// line is a track along x, one sample every 20 ms.
func line(xs ...float64) *Track {
	t := &Track{}
	for i, x := range xs {
		t.Length = time.Duration(i) * 20 * ms
		t.Samples = append(t.Samples, Sample{At: t.Length, Point: safety.Point{X: x, Z: 100}, Line: i + 2})
	}
	return t
}

func TestAt(t *testing.T) {
	for _, c := range []struct {
		at   time.Duration
		x, r float64 // of positions, and of the same as requests
	}{
		{-ms, 10, 10}, {0, 10, 10}, {5 * ms, 15, 10}, {20 * ms, 30, 30}, {30 * ms, 25, 30}, {40 * ms, 20, 20}, {time.Hour, 20, 20},
	} {
		track := line(10, 30, 20)
		if x := track.At(c.at).Point.X; x != c.x {
			t.Errorf("at %v: x is %v, want %v", c.at, x, c.x)
		}
		track.Requests = true
		if x := track.At(c.at).Point.X; x != c.r {
			t.Errorf("requests, at %v: x is %v, want %v", c.at, x, c.r)
		}
	}
}

func TestGripAt(t *testing.T) {
	track := line(0)
	track.Grips = []Grip{{20 * ms, safety.GripperOpen, 3}, {20 * ms, safety.GripperClosed, 4}, {60 * ms, safety.GripperOpen, 5}}
	for at, want := range map[time.Duration]int{0: 0, 19 * ms: 0, 20 * ms: 4, 59 * ms: 4, 60 * ms: 5, time.Hour: 5} {
		if g, due := track.GripAt(at); g.Line != want || due != (want > 0) {
			t.Errorf("at %v: line %d, %v", at, g.Line, due)
		}
	}
}

// What is due is between the samples around it: inside every box that has all samples.
func TestAtIsBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-300, 300), 1, 10).Draw(t, "x")
		track := line(xs...)
		at := time.Duration(rapid.Int64Range(-int64(ms), int64(track.Length)+int64(ms)).Draw(t, "at"))
		i := min(max(int(at/(20*ms)), 0), len(xs)-1)
		j := min(i+1, len(xs)-1)
		if at < 0 {
			j = i
		}
		const rounding = 1e-9
		if x := track.At(at).Point.X; x < min(xs[i], xs[j])-rounding || x > max(xs[i], xs[j])+rounding {
			t.Fatalf("at %v x is %v, between %v and %v", at, x, xs[i], xs[j])
		}
	})
}

func TestTopSpeed(t *testing.T) {
	even := make([]float64, 20) // 2 mm every 20 ms
	for i := range even {
		even[i] = float64(2 * i)
	}
	jittered := line(even...)
	for i := range jittered.Samples { // read late by turns
		jittered.Samples[i].At += time.Duration(i%2) * 8 * ms
	}
	for name, c := range map[string]struct {
		track    *Track
		low, top float64
	}{
		"stands":        {line(5, 5, 5, 5, 5, 5, 5, 5), 0, 0},
		"even":          {line(even...), 99.9, 100.1},
		"times are off": {jittered, 100, 110},
		"too short":     {line(0, 50), 0, 0},
		"then stands":   {line(append(even, 38, 38, 38, 38)...), 99.9, 100.1},
	} {
		if v := c.track.TopSpeed(); v < c.low || v > c.top {
			t.Errorf("%s: %v mm/s, want %v to %v", name, v, c.low, c.top)
		}
	}
}

func TestOutermost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		track := line(rapid.SliceOfN(rapid.Float64Range(-300, 300), 1, 30).Draw(t, "x")...)
		low, high := math.Inf(1), math.Inf(-1)
		for _, s := range track.Outermost() {
			low, high = min(low, s.Point.X), max(high, s.Point.X)
		}
		for _, s := range track.Samples {
			if s.Point.X < low || s.Point.X > high {
				t.Fatalf("%v is outside of %v to %v", s.Point.X, low, high)
			}
		}
	})
}

var simulator = client.Welcome{
	Min: safety.Point{X: -300, Y: -300}, Max: safety.Point{X: 300, Y: 300, Z: 400},
	Speed: 250, Accel: 1000, Rate: 200, Deadman: 250 * time.Millisecond, Gripper: safety.OpeningGripper,
}

func TestCheck(t *testing.T) {
	ramp := make([]float64, 60) // at 250 mm/s, of which every tenth state came 40 ms late
	for i := range ramp {
		ramp[i] = -150 + 5*float64(i)
	}
	limit := line(ramp...)
	for i := 9; i < len(limit.Samples); i += 10 {
		limit.Samples[i].At += 19 * ms
	}
	jump := line(0, 1, 2, 150, 150, 150)
	gripping := func(g safety.Gripper) *Track {
		t := line(0)
		t.Grips = []Grip{{0, g, 7}}
		return t
	}
	requests := func(speed float64) *Track {
		t := jump
		return &Track{Requests: true, Samples: []Sample{t.Samples[0], {Point: safety.Point{X: 200}, Speed: speed, Line: 9}}}
	}
	without, openClose := simulator, simulator
	without.Gripper, openClose.Gripper = safety.NoGripper, safety.OpenCloseGripper
	for name, c := range map[string]struct {
		track  *Track
		w      *client.Welcome
		factor float64
		line   int // 0: it can be played
		says   string
	}{
		"at the limit":             {limit, &simulator, 1, 0, ""},
		"slower":                   {limit, &simulator, 0.1, 0, ""},
		"faster":                   {limit, &simulator, 2, 13, "use --speed 1."},
		"a jump":                   {jump, &simulator, 1, 5, "faster here than the limit of 250 mm/s: is there a jump?"},
		"outside":                  {line(0, 1, 301), &simulator, 1, 4, "x is 301 mm, outside of the workspace (-300 to 300)"},
		"opening of no gripper":    {gripping(safety.GripperOpen), &without, 1, 7, "this arm has none"},
		"opening of a simple one":  {gripping(safety.GripperAt(30)), &openClose, 1, 7, "only opens and closes"},
		"open of a simple one":     {gripping(safety.GripperOpen), &openClose, 1, 0, ""},
		"opening":                  {gripping(safety.GripperAt(30)), &simulator, 1, 0, ""},
		"requests may jump":        {requests(250), &simulator, 1, 0, ""},
		"requests above the limit": {requests(251), &simulator, 1, 9, "251 mm/s at --speed 1, and the limit is 250 mm/s"},
		"requests played faster":   {requests(200), &simulator, 1.5, 9, "use --speed 1.2"},
	} {
		t.Run(name, func(t *testing.T) {
			got := 0
			err := c.track.Check(c.w, c.factor)
			if fault := (*LineError)(nil); err != nil {
				if !asLine(err, &fault) || !strings.Contains(err.Error(), c.says) {
					t.Fatal(err)
				}
				got = fault.Line
			}
			if diff := cmp.Diff(c.line, got); diff != "" {
				t.Errorf("%v: line -want +got\n%s", err, diff)
			}
		})
	}
}

func asLine(err error, to **LineError) bool {
	l, is := err.(*LineError)
	*to = l
	return is
}

// What Check proposes can be played.
func TestCheckProposesWhatCanBePlayed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		track := line(rapid.SliceOfN(rapid.Float64Range(-300, 300), 2, 20).Draw(t, "x")...)
		for i := range track.Samples { // some seconds long
			track.Samples[i].At *= 20
		}
		if track.tooFast(simulator.Speed, 1) == 0 {
			t.Skip("slow enough")
		}
		proposal := track.slower(simulator.Speed, 1)
		factor, ok := strings.CutPrefix(proposal, ": use --speed ")
		if !ok {
			t.Skip(proposal)
		}
		if line := track.tooFast(simulator.Speed, parse(t, factor)); line != 0 {
			t.Fatalf("at the proposed %s line %d is too fast", factor, line)
		}
	})
}

func parse(t *rapid.T, s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}
