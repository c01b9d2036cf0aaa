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
	pace float64        // 0.25 to 1: how fast the arm goes on for what the model says
	seen safety.Instant // when it was measured last, 0: not since it rested
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
func (t *tracking) rest() { t.seen, t.pace = 0, 1 }

// measured corrects the model with the position that was asked for at asked. An arm that has
// come less far than the model had then is late: the model goes back to where the arm is.
// The position is a little younger than the question, which makes the arm look faster than it
// is by as much as the link is slow.
func (p *plan) measured(now, asked safety.Instant, pos safety.Point) {
	p.advance(now)
	by := max(asked-p.reached(pos), 0)
	p.track.late(now, by)
	if by > 0 {
		p.delay(now, by)
	}
}

// reached returns when the model left the place where the arm is, a time to come for one that
// it has not left. Of two places that fit, the earlier one counts: more is then left.
func (p *plan) reached(pos safety.Point) safety.Instant {
	begun := p.past
	if len(p.blocks) > 0 && p.blocks[0].begun {
		begun = append(slices.Clip(begun), p.blocks[0])
	}
	at, best := safety.Instant(math.MaxInt64), math.Inf(1)
	for i := range begun {
		way, off := begun[i].nearest(pos)
		if off > best-offPath {
			continue
		}
		best = off
		way = min(way+lag, begun[i].length)
		switch {
		case way < begun[i].length-offPath:
			at = begun[i].begins + begun[i].timeTo(way, p.limits.accel)
		case i+1 < len(begun):
			at = begun[i+1].begins
		default:
			at = math.MaxInt64
		}
	}
	return at
}

// delay moves everything that has begun to a later time. What then has not ended, is under
// way again.
func (p *plan) delay(now safety.Instant, by time.Duration) {
	all := append(slices.Clone(p.past), p.blocks...)
	done := 0
	for i := range all {
		all[i].begins += by
		all[i].ends += by
		if all[i].begun && all[i].ends <= now {
			done = i + 1
		}
	}
	p.past, p.blocks = all[:done:done], slices.Clone(all[done:])
	p.starts += by
	if len(p.blocks) == 0 {
		return
	}
	first := &p.blocks[0]
	p.starts = first.begins
	first.begun = first.begun && first.begins <= now
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
