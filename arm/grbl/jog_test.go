package grbl

import (
	"math"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

func TestAppendJog(t *testing.T) {
	for _, tc := range []struct {
		p    safety.Point
		feed float64
		want string
	}{
		{safety.Point{}, 1, "$J=G90G21X0Y0Z0F60\n"},
		{safety.Point{X: 100, Y: -0.5, Z: 1234.567}, 250, "$J=G90G21X100Y-0.5Z1234.567F15000\n"},
		{safety.Point{X: -0.0004, Y: 0.0006, Z: -10}, 0.5, "$J=G90G21X0Y0.001Z-10F30\n"},
	} {
		if got := string(appendJog(nil, tc.p, tc.feed)); got != tc.want {
			t.Errorf("%v: %q, want %q", tc.p, got, tc.want)
		}
	}
}

func TestFeed(t *testing.T) {
	const tick, limit = 0.01, 100
	for _, tc := range []struct {
		speed, length float64
		want          float64 // mm/min
	}{
		{20, 0.2, 1260},  // 5 % above
		{20, 0.4, 2520},  // the way needs more than the setpoint says
		{100, 1, 6000},   // never above the limit
		{1000, 10, 6000}, // never
		{0, 0.00001, 30}, // never 0
		{0.01, 0.0001, 30},
	} {
		got := 60 * feed(safety.Setpoint{Speed: tc.speed}, tc.length, tick, limit)
		if math.Abs(got-tc.want) > 1e-6 {
			t.Errorf("%v mm/s over %v mm: F%v, want F%v", tc.speed, tc.length, got, tc.want)
		}
	}
}

// Whatever is asked for within a machine's reach is one line that Grbl takes.
func TestJogLinesFit(t *testing.T) {
	line := regexp.MustCompile(`^\$J=G90G21(X-?\d+(\.\d{1,3})?)(Y-?\d+(\.\d{1,3})?)(Z-?\d+(\.\d{1,3})?)F[1-9]\d*\n$`)
	rapid.Check(t, func(t *rapid.T) {
		reach := rapid.Float64Range(-1e5, 1e5)
		p := onGrid(safety.Point{X: reach.Draw(t, "x"), Y: reach.Draw(t, "y"), Z: reach.Draw(t, "z")})
		f := feed(safety.Setpoint{Speed: rapid.Float64Range(0, 1e4).Draw(t, "speed")}, 1, 0.01, 1000)
		got := appendJog(nil, p, f)
		if !line.Match(got) || len(got) > lineBytes+1 {
			t.Errorf("%q", got)
		}
	})
}
