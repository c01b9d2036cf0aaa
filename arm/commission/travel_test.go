package commission

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTravel(t *testing.T) {
	for _, c := range []struct {
		name      string
		positions []int
		want      travel
	}{
		{"stands", []int{7, 7}, travel{first: 7, last: 7, low: 7, high: 7, begun: true}},
		{"to and fro", []int{2000, 2500, 1500, 900, 1000}, travel{first: 2000, last: 1000, low: 900, high: 2500, begun: true}},
		{"to both ends of the turn", []int{2048, 3072, 4095, 3071, 2047, 1023, 0}, travel{first: 2048, last: 0, low: 0, high: 4095, begun: true}},
	} {
		var got travel
		for _, p := range c.positions {
			if err := got.add(p); err != nil {
				t.Errorf("%s: %d: %v", c.name, p, err)
			}
		}
		if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(travel{})); diff != "" {
			t.Errorf("%s (-want +got)\n%s", c.name, diff)
		}
	}
}

// A range that goes over the end of the turn is refused, in both senses.
func TestTravelOverTheEnd(t *testing.T) {
	for _, positions := range [][]int{{4000, 4095, 0}, {100, 0, 4095}, {500, 3600}, {4095, 4096}, {0, -1}} {
		var tr travel
		var err error
		for i, p := range positions {
			if err = tr.add(p); err != nil && i < len(positions)-1 {
				t.Errorf("%v: refused at %d", positions, p)
			}
		}
		if !errors.Is(err, errWrapped) {
			t.Errorf("%v: %v", positions, err)
		}
	}
}

// A quarter turn between two readings may have been three quarters the other way.
func TestTravelUnseen(t *testing.T) {
	for _, positions := range [][2]int{{2000, 3025}, {3025, 2000}, {500, 3572}, {3572, 500}} {
		var tr travel
		if err := tr.add(positions[0]); err != nil {
			t.Fatal(err)
		}
		if err := tr.add(positions[1]); !errors.Is(err, errUnseen) {
			t.Errorf("%v: %v", positions, err)
		}
	}
}

func TestDirection(t *testing.T) {
	for _, c := range []struct {
		name      string
		positions []int
		want      int // 0: none
	}{
		{"up", []int{1000, 1040}, 1},
		{"down", []int{1000, 960}, -1},
		{"up, and back a little", []int{1000, 1100, 1050}, 1},
		{"up, after it sagged", []int{1000, 990, 1040}, 1},
		{"not at all", []int{1000}, 0},
		{"less than 3°", []int{1000, 1033}, 0},
		{"there and back", []int{1000, 1200, 1010}, 0},
		{"sagged as far as it was lifted", []int{1000, 950, 1050}, 0},
		{"lifted, and fell farther", []int{1000, 1050, 950}, 0},
	} {
		var tr travel
		for _, p := range c.positions {
			if err := tr.add(p); err != nil {
				t.Fatal(err)
			}
		}
		got, err := tr.direction()
		if got != c.want || (err == nil) != (c.want != 0) {
			t.Errorf("%s: %d, %v; want %d", c.name, got, err, c.want)
		}
	}
}
