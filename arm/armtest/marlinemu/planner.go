package marlinemu

import (
	"math"
	"time"
)

const (
	// plannerBlocks is how many motions the planner holds: its ring of 16 keeps one place
	// free (BLOCK_BUFFER_SIZE).
	plannerBlocks = 15
	// minSteps is below what a motion is rolled into the next one (MIN_STEPS_PER_SEGMENT).
	minSteps = 6
	// firstDelay is how long a motion from rest waits for others, unless there are
	// enoughMoves (BLOCK_DELAY_FOR_1ST_MOVE, and get_current_block in planner.cpp).
	firstDelay  = 100 * time.Millisecond
	enoughMoves = 3
	// slowest is in mm/s (MINIMUM_PLANNER_SPEED).
	slowest = 0.05
	// deviation is in mm (JUNCTION_DEVIATION_MM).
	deviation = 0.013
	// minSegment is how short in s a motion may be while the queue is nearly empty
	// (DEFAULT_MINSEGMENTTIME, SLOWDOWN).
	minSegment = 0.020
)

// block is one straight motion in the planner.
type block struct {
	start, end axes // mm
	unit       axes
	mm         float64
	accel      float64 // mm/s²
	nominal    float64 // mm/s
	maxEntry   float64 // mm/s, at the junction with the block before
	entry      float64 // mm/s, as planned
	fan        fanSpeed
}

// planner is Marlin's look-ahead: it knows only the blocks it holds, so the last one ends
// at rest. What is being executed is never planned again, nor is the speed at which the
// block behind it begins.
type planner struct {
	blocks  []*block
	busy    bool // the first block is being executed
	end     axes // mm, of the last block
	unit    axes // direction of the last block that was added
	nominal float64
	deliver time.Duration // when a first block is executed at the latest
}

func (p *planner) full() bool  { return len(p.blocks) == plannerBlocks }
func (p *planner) empty() bool { return len(p.blocks) == 0 }

// clear drops every block; the next motion starts at the position at.
func (p *planner) clear(at axes) { *p = planner{end: at.inSteps()} }

// waiting returns how many blocks are not being executed.
func (p *planner) waiting() int {
	if p.busy {
		return len(p.blocks) - 1
	}
	return len(p.blocks)
}

// ready reports whether the first block may be executed.
func (p *planner) ready(now time.Duration) bool {
	return len(p.blocks) >= enoughMoves || !p.empty() && now >= p.deliver
}

// add appends a motion to target at feed mm/s. It reports false for one of too few steps,
// which stays to be done with the next.
func (p *planner) add(now time.Duration, target axes, feed float64, set *settings, fan fanSpeed) bool {
	end := target.inSteps()
	way := end.minus(p.end)
	if way.steps() < minSteps {
		return false
	}
	b := &block{start: p.end, end: end, mm: way.norm(), fan: fan}
	b.unit = way.times(1 / b.mm)
	b.nominal = p.slowed(b.mm, max(feed, slowest))
	b.nominal *= set.maxFeed.limit(b.unit, b.nominal)
	b.accel = set.travel * set.maxAccel.limit(b.unit, set.travel)
	if p.waiting() > 0 {
		b.maxEntry = p.junction(b, set)
	}
	if p.empty() {
		p.deliver = now + firstDelay
	}
	p.blocks = append(p.blocks, b)
	p.end, p.unit, p.nominal = end, b.unit, b.nominal
	p.replan()
	return true
}

// slowed returns the speed of a short motion while the queue is nearly empty: it is made
// longer, so that the queue can fill.
func (p *planner) slowed(mm, feed float64) float64 {
	n := p.waiting()
	segment := mm / feed
	if n < 2 || n > (plannerBlocks+1)/2-1 || segment >= minSegment {
		return feed
	}
	return mm / (segment + 2*(minSegment-segment)/float64(n))
}

// junction returns the speed in mm/s at which b may follow the block before it.
func (p *planner) junction(b *block, set *settings) float64 {
	cos := -p.unit.dot(b.unit) // -1 straight on, 1 back
	if cos > 0.999999 {
		return 0
	}
	cos = max(cos, -0.999999)
	across := b.unit.minus(p.unit)
	if n := across.norm(); n > 0 {
		across = across.times(1 / n)
	}
	accel := b.accel * set.maxAccel.limit(across, b.accel)
	sin := math.Sqrt((1 - cos) / 2)
	squared := accel * deviation * sin / (1 - sin)
	if b.mm < 1 && cos < -math.Sqrt2/2 { // JD_HANDLE_SMALL_SEGMENTS: part of an arc
		squared = min(squared, b.mm*accel/(math.Pi-math.Acos(cos)))
	}
	return min(math.Sqrt(squared), b.nominal, p.nominal)
}

// replan sets the speeds between the blocks: backwards so that everything can come to rest
// at the end, then forwards so that it can be reached.
func (p *planner) replan() {
	fixed := 0
	if p.busy {
		fixed = 1
	}
	exit := 0.0
	for i := len(p.blocks) - 1; i > fixed; i-- {
		b := p.blocks[i]
		b.entry = min(b.maxEntry, math.Sqrt(exit*exit+2*b.accel*b.mm))
		exit = b.entry
	}
	for i := fixed; i+1 < len(p.blocks); i++ {
		b, next := p.blocks[i], p.blocks[i+1]
		next.entry = min(next.entry, math.Sqrt(b.entry*b.entry+2*b.accel*b.mm))
	}
}
