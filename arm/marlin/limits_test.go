package marlin

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		listing string
		want    limits
		err     string
	}{
		"2.0 with junction deviation": {
			listing: "echo:; Maximum feedrates (units/s):\necho:  M203 X300.00 Y250.00 Z50.00 E25.00\n" +
				"echo:  M201 X3000.00 Y2000.00 Z900.00 E10000.00\necho:  M204 P500.00 R3000.00 T800.00\n" +
				"echo:  M205 B20000.00 S0.00 T0.00 J0.02",
			want: limits{accel: 800, rate: 50, junction: 0.02},
		},
		"1.1 with jerk": {
			listing: "echo:  M203 X300.00 Y300.00 Z60.00 E25.00\necho:  M201 X3000 Y3000 Z500 E10000\n" +
				"echo:  M204 P3000.00 R3000.00 T3000.00\necho:  M205 S0.00 T0.00 B20000 X10.00 Y8.00 Z12.50 E5.00",
			want: limits{accel: 500, rate: 60, jerk: 8},
		},
		"2.1, a line for each extruder, a comment": {
			listing: "  M203 X300.00 Y300.00 Z60.00 ; mm/s\n  M203 T0 E25.00\n  M201 X3000 Y3000 Z500\n  M204 S700",
			want:    limits{accel: 500, rate: 60},
		},
		"numbers that are none": {
			listing: "  M203 X300 Y300 Z60\n  M201 X3000 Y3000 Z500\n  M204 Tinf Pnan S700\n  M205 Jinf Xnan Y8.00 Z8.00",
			want:    limits{accel: 500, rate: 60},
		},
		"jerk of none behind one": {
			listing: "  M203 X300 Y300 Z60\n  M201 X3000 Y3000 Z500\n  M205 X10 Y8 Z8 Xnan",
			want:    limits{accel: 500, rate: 60, jerk: 8},
		},
		"weak":      {listing: "  M203 X300 Y300 Z5\n  M201 X3000 Y3000 Z99\n", err: "only 99 mm/s²"},
		"no M503":   {listing: "", err: "M201 X"},
		"a zero":    {listing: "  M203 X300 Y0 Z5\n  M201 X3000 Y3000 Z500\n", err: "M203 Y"},
		"nonsense":  {listing: "echo:\n  M201\n  M203 Xx Y Z\n  M\n Z1 M201 X\n", err: "M201 X"},
		"not a one": {listing: "  M201 XNaN YNaN ZNaN\n", err: "M201 X"},
	} {
		got := settings{}
		for line := range strings.SplitSeq(c.listing, "\n") {
			got.read(line)
		}
		l, err := got.limits()
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %v, want %q", name, err, c.err)
			}
			continue
		}
		if diff := cmp.Diff(c.want, l, cmp.AllowUnexported(limits{})); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
}
