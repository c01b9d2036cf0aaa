package grblemu

import "math"

// plannerBlocks is how many motions the planner holds: Grbl's ring of 16 keeps
// one place free (BLOCK_BUFFER_SIZE).
const plannerBlocks = 15

// slowest is the least feed that Grbl plans, MINIMUM_FEED_RATE of 1 mm/min, in mm/s.
const slowest = 1.0 / 60

// block is one straight motion in the planner.
type block struct {
	unit     axes
	end      axes    // mm
	mm       float64 // what the stepper has not yet cut into segments
	accel    float64 // mm/s², limited by the direction
	nominal  float64 // mm/s, limited by the direction
	maxEntry float64 // mm/s at the junction with the block before
	entry    float64 // mm/s, as planned
}

// planner is Grbl's look-ahead: it knows only the blocks it holds, so the last
// one always ends at rest.
type planner struct {
	blocks  []*block
	end     axes    // mm, the end of the last block
	unit    axes    // direction of the last block that was added
	nominal float64 // mm/s, its speed
}

func (p *planner) full() bool  { return len(p.blocks) == plannerBlocks }
func (p *planner) empty() bool { return len(p.blocks) == 0 }

// clear drops every block; the next motion starts at the position at.
func (p *planner) clear(at axes) { *p = planner{end: at} }

// add appends a motion to target at feed mm/s (0: as fast as the axes go) and
// plans anew; speed is where the stepper's preparation stands in the first
// block. It reports false for a motion of no step.
func (p *planner) add(target axes, feed float64, set settings, speed float64) bool {
	target = target.inSteps(set.stepsPerMM())
	delta := target.minus(p.end)
	if delta == (axes{}) {
		return false
	}
	unit, mm := delta.unit()
	b := &block{unit: unit, end: target, mm: mm, accel: set.acceleration().along(unit)}
	b.nominal = set.maxRate().along(unit)
	if feed > 0 {
		b.nominal = max(slowest, min(b.nominal, feed))
	}
	if !p.empty() {
		b.maxEntry = min(b.nominal, p.nominal, junctionSpeed(p.unit, unit, set))
	}
	p.blocks = append(p.blocks, b)
	p.end, p.unit, p.nominal = target, unit, b.nominal
	p.plan(speed)
	return true
}

// plan sets every block's entry speed: backwards so that each can brake to the
// next one's and the last to rest, then forwards so that each can be reached.
// The first block is entered, or is already under way, at speed.
func (p *planner) plan(speed float64) {
	exit := 0.0
	for i := len(p.blocks) - 1; i > 0; i-- {
		b := p.blocks[i]
		b.entry = min(b.maxEntry, reachable(exit, b.accel, b.mm))
		exit = b.entry
	}
	for i, b := range p.blocks {
		if i == 0 {
			b.entry = speed
		} else {
			before := p.blocks[i-1]
			b.entry = min(b.entry, reachable(before.entry, before.accel, before.mm))
		}
	}
}

// exitSpeed is the speed at the end of the first block.
func (p *planner) exitSpeed() float64 {
	if len(p.blocks) < 2 {
		return 0
	}
	return p.blocks[1].entry
}

// reachable is the speed after mm at accel, from speed v (or before, braking).
func reachable(v, accel, mm float64) float64 { return math.Sqrt(v*v + 2*accel*mm) }

// junctionSpeed is how fast a corner may be passed. Grbl takes a circle that
// touches both lines and leaves the corner by $11 mm, and passes at the speed
// whose centripetal acceleration on it is the machine's.
func junctionSpeed(before, after axes, set settings) float64 {
	cos := -before.dot(after)
	switch {
	case cos > 0.999999: // straight back
		return 0
	case cos < -0.999999: // straight on
		return math.Inf(1)
	}
	turn, _ := after.minus(before).unit()
	half := math.Sqrt((1 - cos) / 2)
	return math.Sqrt(set.acceleration().along(turn) * set[11] * half / (1 - half))
}
