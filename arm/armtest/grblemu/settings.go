package grblemu

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// settings are the $ settings by number.
type settings map[int]float64

// defaults are those of a small arm: 250 mm/s, 1000 mm/s². The numbers, and
// everything that is not a speed, an acceleration or a length, are Grbl's own.
func defaults() settings {
	return settings{
		0: 10, 1: 25, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0,
		10: 1, 11: 0.010, 12: 0.002, 13: 0,
		20: 0, 21: 0, 22: 0, 23: 0, 24: 600, 25: 3000, 26: 250, 27: 1,
		30: 1000, 31: 0, 32: 0,
		100: 80, 101: 80, 102: 80,
		110: 15000, 111: 15000, 112: 15000,
		120: 1000, 121: 1000, 122: 1000,
		130: 600, 131: 600, 132: 400,
	}
}

func (s settings) axes(first int) axes {
	return axes{s[first], s[first+1], s[first+2]}
}

func (s settings) stepsPerMM() axes   { return s.axes(100) }
func (s settings) maxRate() axes      { return s.axes(110).times(1.0 / 60) } // mm/s
func (s settings) acceleration() axes { return s.axes(120) }                 // mm/s²
func (s settings) homing() bool       { return s[22] != 0 }

// outside reports whether a soft limit is on that forbids p. The machine's space
// is all negative.
func (s settings) outside(p axes) bool {
	if s[20] == 0 {
		return false
	}
	for i, travel := range s.axes(130) {
		if p[i] > 0 || p[i] < -travel {
			return true
		}
	}
	return false
}

// list prints what $$ prints.
func (s settings) list() string {
	var out strings.Builder
	for _, n := range slices.Sorted(maps.Keys(s)) {
		fmt.Fprintf(&out, "$%d=%.*f\r\n", n, decimals(n), s[n])
	}
	return out.String()
}

func decimals(n int) int {
	switch {
	case n == 11, n == 12, n == 24, n == 25, n == 27, n >= 100:
		return 3
	}
	return 0
}

// store sets one setting, as far as Grbl lets it.
func (s settings) store(n int, v float64) status {
	if v < 0 {
		return errNegative
	}
	if _, ok := s[n]; !ok {
		return errStatement
	}
	switch {
	case n == 0 && v < 3:
		return errStepPulse
	case n == 20 && v != 0 && !s.homing():
		return errSoftLimit
	case n == 22 && v == 0:
		s[20] = 0
	case n == 32 && v != 0: // no laser here, as in a build without a variable spindle
		return errDisabled
	case n >= 100 && v == 0: // Grbl takes it, and divides by it
		return errStatement
	}
	if n < 30 && decimals(n) == 0 {
		v = math.Mod(math.Trunc(v), 256) // a byte
	}
	s[n] = v
	return statusOK
}
