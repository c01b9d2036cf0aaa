package marlin

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// block is one motion of the controller's planner: it speeds up from entry to peak, goes on,
// and slows down to exit.
type block struct {
	to     safety.Point // mm
	length float64      // mm
	dir    safety.Point // unit vector
	feed   float64      // mm/s
	corner float64      // mm/s, the fastest at which the block before can turn into it

	entry, exit  float64 // mm/s
	begun        bool    // under way: it is not planned again
	begins, ends safety.Instant
}

// peak returns the fastest speed of b.
func (b *block) peak(accel float64) float64 {
	v := math.Sqrt((2*accel*b.length + b.entry*b.entry + b.exit*b.exit) / 2)
	return max(min(v, b.feed), b.entry, b.exit)
}

// duration returns how long b takes.
func (b *block) duration(accel float64) time.Duration { return b.timeTo(b.length, accel) }

// span returns when b begins and ends where what is before it ends at a moment.
func (b *block) span(at safety.Instant, accel float64) (begins, ends safety.Instant) {
	if b.begun {
		return b.begins, b.ends
	}
	return at, at + b.duration(accel)
}

// timeTo returns how long b takes for its first way mm.
func (b *block) timeTo(way, accel float64) time.Duration {
	v := b.peak(accel)
	up := (v*v - b.entry*b.entry) / (2 * accel)
	down := (v*v - b.exit*b.exit) / (2 * accel)
	even := max(b.length-up-down, 0)
	var s float64
	switch left := b.length - way; {
	case way <= up:
		s = (math.Sqrt(b.entry*b.entry+2*accel*way) - b.entry) / accel
	case way <= up+even:
		s = (v-b.entry)/accel + (way-up)/v
	default:
		s = (v-b.entry)/accel + even/v + (v-math.Sqrt(b.exit*b.exit+2*accel*max(left, 0)))/accel
	}
	return time.Duration(s * float64(time.Second))
}

// nearest returns the way along b, from where it begins, at which the arm is nearest to pos,
// and how far off that is, both in mm.
func (b *block) nearest(pos safety.Point) (way, off float64) {
	to := pos.Sub(b.to)
	way = b.length + to.X*b.dir.X + to.Y*b.dir.Y + to.Z*b.dir.Z
	way = min(max(way, 0), b.length)
	return way, to.Add(b.dir.Scale(b.length - way)).Norm()
}
