package marlin

import (
	"math"
	"slices"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

const (
	slowestPace = 0.25 // keeps a line from rest within the horizon
	paceRise    = 1.03 // at most, a measurement: a slow arm is not late while it turns
	memory      = time.Second
	offPath     = 0.05 // mm, below it two places are as near to a position as each other
	// lag is how many mm an arm may be behind the model without being late: Marlin keeps the
	// last steps for the next motion.
	lag = 0.2
)

// tracking compares the model with what the arm measures.
type tracking struct {
	pace  float64        // 0.25 to 1: how fast the arm goes on for what the model says
	seen  safety.Instant // when it was measured last, 0: not since it rested
	ahead time.Duration  // by how much it then was ahead of the model
}

// late notes that the arm was found so far behind the model at now.
func (t *tracking) late(now safety.Instant, by time.Duration) {
	if since := now - t.seen; t.seen > 0 && since > 0 {
		ratio := paceRise
		if by > 0 {
			ratio = 1 - float64(by)/float64(since)
		}
		t.pace = min(max(t.pace*ratio, slowestPace), 1)
	}
	t.seen = now
}

// rest lets the next motion begin as if the arm was as fast as it is asked: if every motion
// was thought too slow for the horizon, none would show that it is not.
func (t *tracking) rest() { t.seen, t.pace, t.ahead = 0, 1, 0 }

// measured corrects the model with the position that was asked for at asked. An arm that has
// come less far than the model had then is late: the model goes back to where the arm is.
// The position is a little younger than the question, which makes the arm look faster than it
// is by as much as the link is slow.
func (p *plan) measured(now, asked safety.Instant, pos safety.Point) {
	p.advance(now)
	by := p.behind(asked, pos)
	p.track.ahead, by = max(-by, 0), max(by, 0)
	p.track.late(now, by)
	if by > 0 {
		p.delay(now, by)
	}
}

// behind returns how long before at the model left the place where the arm was then; negative
// if it had not come there yet. On a way that goes back over itself several places fit: the arm
// is in the one where it is most nearly as far ahead as it was found before, not long ago.
func (p *plan) behind(at safety.Instant, pos safety.Point) (by time.Duration) {
	all, near := p.schedule(), math.Inf(1)
	for i := range all {
		_, off := all[i].nearest(pos)
		near = min(near, off)
	}
	expected, found := -p.track.ahead, false
	for i := range all {
		b := &all[i]
		way, off := b.nearest(pos)
		if off > near+offPath {
			continue
		}
		comes, leaves := b.begins+b.timeTo(way, p.limits.accel), safety.Instant(math.MaxInt64)
		switch way = min(way+lag, b.length); {
		case way < b.length-offPath:
			leaves = b.begins + b.timeTo(way, p.limits.accel)
		case i+1 < len(all):
			leaves = all[i+1].begins
		}
		here := at - min(max(at, comes), leaves)
		if !found || (here-expected).Abs() < (by-expected).Abs() {
			by, found = here, true
		}
	}
	return by
}

// schedule returns what was done, what is under way, and what is to come, with the times that
// it all has if nothing is added.
func (p *plan) schedule() []block {
	all := slices.Concat(p.past, p.blocks)
	at := p.starts
	for i := len(p.past); i < len(all); i++ {
		b := &all[i]
		b.begins, b.ends = b.span(at, p.limits.accel)
		at = b.ends
	}
	return all
}

// delay moves everything that has begun to a later time. What then has not ended, is under
// way again.
func (p *plan) delay(now safety.Instant, by time.Duration) {
	all := slices.Concat(p.past, p.blocks)
	done := 0
	for i := range all {
		b := &all[i]
		b.begins += by
		b.ends += by
		if b.begun && b.ends <= now {
			done = i + 1
		}
	}
	p.past, p.blocks = all[:done:done], slices.Clone(all[done:])
	p.starts += by
	if len(p.blocks) == 0 {
		return
	}
	first := &p.blocks[0]
	if first.begun { // one that has not has no time of its own yet
		p.starts, first.begun = first.begins, first.begins <= now
	}
	for i := range p.blocks[1:] {
		p.blocks[i+1].begun = false
	}
	if done > 0 {
		p.from = all[done-1].to
	} else {
		p.from = first.to.Sub(first.dir.Scale(first.length))
	}
}

// forget drops what was done long ago.
func (p *plan) forget(now safety.Instant) {
	p.past = slices.DeleteFunc(p.past, func(b block) bool { return b.ends < now-memory })
}
