package marlin

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// leastAccel is the smallest acceleration in mm/s² with which an arm is driven: below it a
// motion of one tick from rest does not end within the horizon.
const leastAccel = 100

// limits is what the controller can do in the direction where it can do least.
type limits struct {
	accel    float64 // mm/s²
	rate     float64 // mm/s
	junction float64 // mm, junction deviation; 0: the build has classic jerk
	jerk     float64 // mm/s, change of velocity that a corner may have; 0: stops at every corner
}

// corner returns the speed in mm/s at which the controller turns from one direction into
// another (planner.cpp): on a circle that leaves the corner by the junction deviation, or
// with a change of velocity on no axis above its jerk.
func (l limits) corner(a, b safety.Point) float64 {
	cos := a.X*b.X + a.Y*b.Y + a.Z*b.Z
	if cos > 0.999999 {
		return math.Inf(1)
	}
	if l.junction > 0 {
		half := math.Sqrt(max((1+cos)/2, 0)) // the sine of half the angle between the legs
		return math.Sqrt(l.accel * l.junction * half / (1 - half))
	}
	return l.jerk / b.Sub(a).Norm()
}

// maxSpeed returns the speed in mm/s that leaves the controller enough of the horizon to flow,
// and to begin. The package's doc has the arithmetic.
func (l limits) maxSpeed(horizon, tick time.Duration) float64 {
	usable, t := (horizon - margin).Seconds(), tick.Seconds()
	flow := (usable - 2*t) / 2
	begin := usable - (firstDelay + lineLatency).Seconds()
	return min(l.accel*min(flow, begin*begin/(4*t)), l.rate)
}

// settings are what M503 listed: the words of every M-code by letter.
type settings map[string]map[byte]float64

// read takes one line of the answer to M503, like "echo:  M203 X300.00 Y300.00 Z5.00".
// Lines about one extruder (T) say nothing of the axes, and NaN and the infinities nothing at all.
func (s settings) read(text string) {
	text = strings.TrimSpace(strings.TrimPrefix(text, "echo:"))
	text, _, _ = strings.Cut(text, ";")
	fields := strings.Fields(text)
	if len(fields) < 2 || fields[0][0] != 'M' {
		return
	}
	words := s[fields[0]]
	if words == nil {
		words = map[byte]float64{}
		s[fields[0]] = words
	}
	for _, word := range fields[1:] {
		if v, err := strconv.ParseFloat(word[1:], 64); err == nil && v*0 == 0 {
			words[word[0]] = v
		}
	}
}

// limits checks the settings, and says what to set where they do not fit.
func (s settings) limits() (l limits, err error) {
	if l.accel, err = s.least("M201", "acceleration in mm/s²"); err != nil {
		return l, err
	}
	if l.rate, err = s.least("M203", "feed in mm/s"); err != nil {
		return l, err
	}
	for _, letter := range []byte{'T', 'P', 'S'} { // travel, and what older builds have of it
		if v, ok := s["M204"][letter]; ok && v > 0 {
			l.accel = min(l.accel, v)
			break
		}
	}
	if l.accel < leastAccel {
		return l, fmt.Errorf("controller accelerates with only %v mm/s² (the least of M201 X, Y, Z and M204 T), with which it cannot be kept from moving on for longer than the horizon: set %d or more, and save it with M500",
			l.accel, leastAccel)
	}
	l.junction = max(s["M205"]['J'], 0)
	l.jerk = max(min(s["M205"]['X'], s["M205"]['Y'], s["M205"]['Z']), 0)
	return l, nil
}

// least returns the smallest of a setting's X, Y and Z.
func (s settings) least(code, what string) (float64, error) {
	value := math.Inf(1)
	for _, letter := range []byte{'X', 'Y', 'Z'} {
		v, ok := s[code][letter]
		if !ok || !(v > 0) || math.IsInf(v, 0) {
			return 0, fmt.Errorf("controller lists no usable %s (%s %c): is it built with M503, and not as a delta?", what, code, letter)
		}
		value = min(value, v)
	}
	return value, nil
}
