package grbl

import (
	"iter"
	"math"
	"slices"

	"github.com/aether-arm/aetherd/safety"
)

const (
	firstPace    = 0.5  // taken for granted before anything is measured
	slowestPace  = 0.25 // keeps a line from rest within the horizon
	paceRise     = 1.15 // at most, a report
	measureNoise = 0.05 // mm, below it a way says nothing about speed
)

// tracking compares the model with what the arm measures.
type tracking struct {
	pace    float64 // 0.25 to 1, of every feed: how fast the controller runs for what it was asked
	seen    float64 // mm, where the arm was measured last,
	seenAt  safety.Instant
	asked   float64 // and where the model was when the next report was asked for
	askedAt safety.Instant
}

// begins tells that a motion begins where the arm rests.
func (t *tracking) begins(mm float64, at safety.Instant) {
	t.seen, t.seenAt, t.asked, t.askedAt = mm, at, mm, at
}

// scale makes every feed so much slower or faster. Slower counts at once.
func (t *tracking) scale(ratio float64) {
	t.pace = min(max(t.pace*min(ratio, paceRise), slowestPace), 1)
}

// polled tells that a report is asked for.
func (p *plan) polled(now safety.Instant) {
	p.advance(now)
	p.track.asked, p.track.askedAt = p.done, now
}

// measured corrects the model with the position that was asked for. An arm that has gone
// half of the model's way needs half of the time more to come to where the model is: so
// long the model stands still. The position is a little younger than the question, which
// makes the arm look faster than it is by as much as the link is slow.
func (p *plan) measured(now safety.Instant, pos safety.Point) {
	p.advance(now)
	t := &p.track
	mm := p.along(pos)
	if way := t.asked - t.seen; way > measureNoise {
		ratio := (mm - t.seen) / way
		p.at += safety.Instant((1 - ratio) * float64(t.askedAt-t.seenAt))
		t.scale(ratio)
		p.advance(now)
	}
	t.seen, t.seenAt = mm, t.askedAt
	p.trim()
}

// settle tells that the controller stands at pos, with nothing left to do.
func (p *plan) settle(now safety.Instant, pos safety.Point) {
	if !p.resting() {
		p.track.scale(paceRise) // the arm was there before the model
	}
	p.from, p.blocks, p.steps = pos, p.blocks[:0], p.steps[:0]
	p.at, p.done, p.ahead, p.speed = now, 0, 0, 0
	p.track.begins(0, now)
}

// along returns how far along the blocks pos is, at least as far as it was measured before. On a
// way that goes back over itself, or close by, several places fit, and the first one counts: more
// is then left. An arm that was turned round is thought late until the next report.
func (p *plan) along(pos safety.Point) float64 {
	near := math.Inf(1)
	for _, off := range p.places(pos) {
		near = min(near, off)
	}
	for mm, off := range p.places(pos) {
		if off <= near+measureNoise {
			return mm
		}
	}
	return p.track.seen
}

// places yields where on each block the arm is nearest to pos, in mm along the blocks, and how
// far off that is, behind where it was measured last.
func (p *plan) places(pos safety.Point) iter.Seq2[float64, float64] {
	return func(yield func(mm, off float64) bool) {
		start, from := 0.0, p.from
		for _, b := range p.blocks {
			if low := max(p.track.seen-start, 0); low <= b.length {
				way := pos.Sub(from)
				at := way.X*b.dir.X + way.Y*b.dir.Y + way.Z*b.dir.Z
				at = min(max(at, low), b.length)
				if !yield(start+at, way.Sub(b.dir.Scale(at)).Norm()) {
					return
				}
			}
			start += b.length
			from = b.to
		}
	}
}

// trim forgets the blocks that are behind the arm and behind the model.
func (p *plan) trim() {
	t := &p.track
	for len(p.blocks) > 1 && p.blocks[0].length <= min(t.seen, t.asked, p.done) {
		mm := p.blocks[0].length
		p.from = p.blocks[0].to
		p.blocks = slices.Delete(p.blocks, 0, 1)
		p.done, p.ahead, t.seen, t.asked = p.done-mm, p.ahead-mm, t.seen-mm, t.asked-mm
		for i := range p.steps {
			p.steps[i] -= mm
		}
	}
}
