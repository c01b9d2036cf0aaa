package grbl

import (
	"math"
	"strconv"

	"github.com/aether-arm/aetherd/safety"
)

const (
	// feedHeadroom lets the controller make up for what it lost while it accelerated.
	feedHeadroom = 1.05
	// slowestFeed is in mm/s. It is for the last setpoints before standstill, whose
	// rounded length would take for ever at their own speed.
	slowestFeed = 0.5
	// micrometre is the resolution of a line, and of Grbl's reports, in mm.
	micrometre = 0.001
)

// onGrid returns p rounded to what a line can say.
func onGrid(p safety.Point) safety.Point {
	round := func(x float64) float64 { return math.Round(x/micrometre) * micrometre }
	return safety.Point{X: round(p.X), Y: round(p.Y), Z: round(p.Z)}
}

// feed returns the speed in mm/s to ask for: what the setpoint says, or what its length
// needs within a tick, never above limit. It is a whole number of mm/min, and not 0.
// tick is in s.
func feed(sp safety.Setpoint, length, tick, limit float64) float64 {
	wanted := feedHeadroom * max(sp.Speed, length/tick)
	return max(math.Floor(60*min(max(wanted, slowestFeed), limit)), 1) / 60
}

// appendJog appends the line of an absolute jog in mm and work coordinates at feed mm/s. Both modes are
// named in the line, so it does not depend on the parser's state, nor changes it.
func appendJog(b []byte, p safety.Point, feed float64) []byte {
	b = append(b, "$J=G90G21X"...)
	b = appendNumber(b, p.X)
	b = append(b, 'Y')
	b = appendNumber(b, p.Y)
	b = append(b, 'Z')
	b = appendNumber(b, p.Z)
	b = append(b, 'F')
	b = strconv.AppendInt(b, int64(math.Round(feed*60)), 10)
	return append(b, '\n')
}

// appendNumber appends v with up to three decimals.
func appendNumber(b []byte, v float64) []byte {
	start := len(b)
	b = strconv.AppendFloat(b, v, 'f', 3, 64)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	if string(b[start:]) == "-0" {
		b = append(b[:start], '0')
	}
	return b
}
