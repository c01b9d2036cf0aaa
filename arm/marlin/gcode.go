package marlin

import (
	"math"
	"strconv"

	"github.com/aether-arm/aetherd/safety"
)

// Lines without parameters.
const (
	askTarget   = "M114"   // where the last line ends
	askRealtime = "M114 R" // where the steppers are, in builds with M114_REALTIME
	syncLine    = "M400"
	absolute    = "G90"
	millimetres = "G21"
	// quickLine and identify are sent as they stand: M410 is only seen early without a
	// line number, and before M110 no number is known.
	quickLine = "M410\n"
	identify  = "M115\n"
)

const (
	// feedHeadroom lets the controller make up for what it lost while it accelerated.
	feedHeadroom = 1.05
	// slowestFeed is in mm/s. It is for the last setpoints before standstill, whose
	// rounded length would take for ever at their own speed.
	slowestFeed = 0.5
	// micrometre is the resolution of a line, in mm.
	micrometre = 0.001
)

// motion is what one G1 asks for.
type motion struct {
	to   safety.Point // mm
	feed float64      // mm/s
}

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

// appendMove appends the words of a straight motion.
func appendMove(b []byte, m motion) []byte {
	b = append(b, "G1 X"...)
	b = appendNumber(b, m.to.X)
	b = append(b, " Y"...)
	b = appendNumber(b, m.to.Y)
	b = append(b, " Z"...)
	b = appendNumber(b, m.to.Z)
	b = append(b, " F"...)
	return strconv.AppendInt(b, int64(math.Round(m.feed*60)), 10)
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

// appendLine appends text as line number n with its checksum: the exclusive or of every byte
// before the asterisk.
func appendLine(b []byte, n int, text []byte) []byte {
	start := len(b)
	b = append(b, 'N')
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, ' ')
	b = append(b, text...)
	sum := byte(0)
	for _, c := range b[start:] {
		sum ^= c
	}
	b = append(b, '*')
	b = strconv.AppendInt(b, int64(sum), 10)
	return append(b, '\n')
}
