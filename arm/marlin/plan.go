package marlin

import (
	"math"
	"slices"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// nothing is a way in mm that is the rounding of sums.
const nothing = 1e-6

// skew is how much later than in the controller a motion may begin in the model: answers take
// their way, and then wait for the writer.
const skew = 20 * time.Millisecond

// plan is a model of the controller's planner: what was planned, and how far the arm has
// come with it. The package's doc says why. It is not ahead of the controller: a motion
// enters it when its answer has come, and finds those planned for good that the controller
// may have begun by then.
type plan struct {
	limits limits
	from   safety.Point   // mm, where the first block begins
	blocks []block        // the first one under way, or held back
	starts safety.Instant // when the first block begins, if it has not; without one, when the last one ended
	past   []block        // what was done in the last second, for tracking
	track  tracking
}

func newPlan(l limits, from safety.Point) plan {
	return plan{limits: l, from: from, track: tracking{pace: 1}}
}

// end returns where the arm comes to rest.
func (p *plan) end() safety.Point {
	if len(p.blocks) == 0 {
		return p.from
	}
	return p.blocks[len(p.blocks)-1].to
}

// add plans a motion that the controller has at now.
func (p *plan) add(now safety.Instant, to safety.Point, feed float64) {
	p.advance(now)
	way := to.Sub(p.end())
	b := block{to: to, length: way.Norm(), feed: feed}
	if b.length < nothing {
		return
	}
	b.dir = way.Scale(1 / b.length)
	first := p.firstOpen(now + skew)
	switch n := len(p.blocks); {
	case n == 0:
		p.starts = now + firstDelay
	case !p.blocks[0].begun && n+1 >= firstBlocks:
		p.starts = min(p.starts, now)
	}
	if n := len(p.blocks); n > 0 {
		b.corner = p.limits.corner(p.blocks[n-1].dir, b.dir)
	}
	p.blocks = append(p.blocks, b)
	p.replan(first)
}

// firstOpen returns the index of the first block that does not begin by a moment.
func (p *plan) firstOpen(by safety.Instant) int {
	at := p.starts
	for i := range p.blocks {
		begins, ends := p.blocks[i].span(at, p.limits.accel)
		if begins > by {
			return i
		}
		at = ends
	}
	return len(p.blocks)
}

// advance lets the blocks begin and end that do by now.
func (p *plan) advance(now safety.Instant) {
	for len(p.blocks) > 0 {
		b := &p.blocks[0]
		if !b.begun {
			if p.starts > now {
				return
			}
			b.begins, b.ends = b.span(p.starts, p.limits.accel)
			b.begun = true
		}
		if b.ends > now {
			return
		}
		p.starts, p.from = b.ends, b.to
		p.past = append(p.past, *b)
		p.blocks = slices.Delete(p.blocks, 0, 1)
	}
	p.forget(now)
}

// replan works out at what speed each block from the first open one on begins and ends, so
// that the last one ends at rest. A block that has begun stays as it is: it ends as slowly as
// it was to end when it began.
func (p *plan) replan(first int) {
	entry := 0.0
	if first > 0 {
		entry = p.blocks[first-1].exit
	}
	accel, exit := p.limits.accel, 0.0
	for i := len(p.blocks) - 1; i >= first; i-- {
		b := &p.blocks[i]
		b.exit = exit
		b.entry = entry
		if i > first {
			b.entry = min(b.feed, p.blocks[i-1].feed, b.corner, math.Sqrt(exit*exit+2*accel*b.length))
		}
		exit = b.entry
	}
	for i := first; i+1 < len(p.blocks); i++ {
		b, next := &p.blocks[i], &p.blocks[i+1]
		next.entry = min(next.entry, math.Sqrt(b.entry*b.entry+2*accel*b.length))
		b.exit = next.entry
	}
}

// rests returns when the arm comes to rest if nothing more comes, by the model, or when it
// came to rest.
func (p *plan) rests() safety.Instant {
	at := p.starts
	for i := range p.blocks {
		_, at = p.blocks[i].span(at, p.limits.accel)
	}
	return at
}

// takes reports whether the arm is at rest within a time from now if motions come, one
// behind the other, and nothing after them.
func (p *plan) takes(now safety.Instant, motions []motion, within time.Duration) bool {
	p.advance(now)
	if len(p.blocks)+len(motions) > plannerBlocks {
		return false
	}
	run := *p
	run.blocks, run.past = slices.Clone(p.blocks), nil
	for _, m := range motions {
		run.add(now+lineLatency, m.to, m.feed)
	}
	held := max(run.starts-now, 0) // a block that has begun did so before now
	moves := run.rests() - now - held
	return float64(held)+float64(moves)/p.track.pace <= float64(within)
}

// settle tells that the controller stands at pos, with nothing left to do.
func (p *plan) settle(pos safety.Point) {
	p.from, p.blocks, p.past = pos, p.blocks[:0], p.past[:0]
	p.track.rest()
}
