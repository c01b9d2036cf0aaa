package uarm

import (
	"math"
	"strconv"

	"github.com/aether-arm/aetherd/safety"
)

const (
	// grid is the resolution of a line in mm. A motor's step is 1/320 degree
	// (DEFAULT_AXIS_STEPS_PER_UNIT), some 0.01 mm, and motions of up to five steps wait for the
	// next one (dropsegments).
	grid = 0.01
	// farthest is beyond every arm's reach, in mm: what is farther is no line of eight characters.
	farthest = 1000
	// feedHeadroom lets the controller make up for what it lost while it accelerated.
	feedHeadroom = 1.05
	// slowestFeed is in mm/s. It is for the last setpoints before standstill, whose
	// rounded length would take for ever at their own speed.
	slowestFeed = 1.0
)

// onGrid returns p rounded to what a line can say.
func onGrid(p safety.Point) safety.Point {
	round := func(x float64) float64 { return math.Round(x/grid) * grid }
	return safety.Point{X: round(p.X), Y: round(p.Y), Z: round(p.Z)}
}

// feed returns the speed in mm/s to ask for: what the setpoint says, or what its length
// needs within a tick, never above limit. It is a whole number of mm/min, and not 0.
// tick is in s.
func feed(sp safety.Setpoint, length, tick, limit float64) float64 {
	wanted := feedHeadroom * max(sp.Speed, length/tick)
	return max(math.Floor(60*min(max(wanted, slowestFeed), limit)), 1) / 60
}

// moveText returns the line of a motion to p in mm at feed mm/s. Every word is in every line:
// a word that is missing has the value of the line before.
func moveText(p safety.Point, feed float64) string {
	b := append(make([]byte, 0, 48), "G0 X"...)
	b = appendNumber(b, p.X)
	b = append(b, " Y"...)
	b = appendNumber(b, p.Y)
	b = append(b, " Z"...)
	b = appendNumber(b, p.Z)
	b = append(b, " F"...)
	return string(strconv.AppendInt(b, int64(math.Round(feed*60)), 10))
}

func appendNumber(b []byte, v float64) []byte {
	if v == 0 {
		v = 0 // not -0
	}
	return strconv.AppendFloat(b, v, 'f', 2, 64)
}
