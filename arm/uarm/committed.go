package uarm

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

const (
	// firstPace is taken for granted before anything is measured: firmware 3.1 has half the
	// acceleration.
	firstPace = 0.7
	slower    = 0.8
	faster    = 1.05
	// unsure is the distance in mm within which the arm may be where it is not reported: the
	// repeatability of the arm and of its 12-bit encoders.
	unsure = 1.0
	// nothing is a way in mm that is the rounding of sums.
	nothing = 1e-6
)

// block is one motion that was sent.
type block struct {
	to     safety.Point // mm
	length float64      // mm
	dir    safety.Point // unit vector
	feed   float64      // mm/s
	due    safety.Instant
}

// committed is what was sent and is not measured as done. It reckons with an arm that stands
// where it was measured last, which takes longer than the arm that has gone on since.
type committed struct {
	from   safety.Point // mm, where the first block begins
	blocks []block
	seen   float64 // mm along the first block, where the arm was measured last

	pace    float64 // up to 1: how fast the arm is for what is reckoned
	slowest float64 // pace is not taken to be less
}

// newCommitted returns what is known of an arm before it moves. The slowest pace leaves
// room in the horizon for the step of a tick from standstill: at accel·tick that takes two
// ticks.
func newCommitted(cfg Config) committed {
	slowest := 2 * cfg.Tick.Seconds() / (cfg.Horizon - margin).Seconds()
	return committed{pace: max(firstPace, slowest), slowest: slowest}
}

// end returns where the arm comes to rest.
func (c *committed) end() safety.Point {
	if len(c.blocks) == 0 {
		return c.from
	}
	return c.blocks[len(c.blocks)-1].to
}

// block returns the motion from the end of what was sent to a point.
func (c *committed) block(to safety.Point, feed float64) block {
	way := to.Sub(c.end())
	b := block{to: to, length: way.Norm(), feed: feed}
	if b.length > 0 {
		b.dir = way.Scale(1 / b.length)
	}
	return b
}

// takes returns within which time the arm is at rest if b is sent, and nothing after it.
func (c *committed) takes(b block) time.Duration {
	total := 0.0
	var run, cruise float64 // of the blocks between two stops: mm, and s at their feeds
	var last safety.Point   // mm/s
	left := -c.seen
	for _, x := range append(c.blocks[:len(c.blocks):len(c.blocks)], b) {
		velocity := x.dir.Scale(x.feed)
		if velocity.Sub(last).Norm() > jerk {
			total += restToRest(run, cruise)
			run, cruise = 0, 0
		}
		last = velocity
		left += x.length
		if mm := min(left, x.length); mm > 0 {
			run += mm
			cruise += mm / x.feed
		}
	}
	total += restToRest(run, cruise)
	return time.Duration(total / c.pace * float64(time.Second))
}

// restToRest returns the time in s for a way in mm from standstill to standstill, for which
// the feeds alone need cruise s.
func restToRest(mm, cruise float64) float64 {
	if mm < nothing {
		return 0
	}
	feed := mm / cruise
	if mm < feed*feed/accel {
		return 2 * math.Sqrt(mm/accel)
	}
	return cruise + feed/accel
}

func (c *committed) add(now safety.Instant, b block) {
	b.due = now + margin + c.takes(b)
	c.blocks = append(c.blocks, b)
}

// measured compares what was reckoned with a report. An arm that is late is reckoned with as
// that much slower from here on.
func (c *committed) measured(now safety.Instant, pos safety.Point) {
	c.advance(now, pos)
	if c.overdue(now) < unsure {
		return
	}
	c.pace = max(c.pace*slower, c.slowest)
	due := now + margin + c.takes(block{})
	for i := range c.blocks {
		c.blocks[i].due = max(c.blocks[i].due, due)
	}
}

// overdue returns how many mm were to be done by now and are not.
func (c *committed) overdue(now safety.Instant) float64 {
	left := -c.seen
	for _, b := range c.blocks {
		if now <= b.due {
			break
		}
		left += b.length
	}
	return left
}

// advance notes how far along the blocks pos is, at least as far as before. Of two places
// that fit, the earlier one counts: more is then left. Where the way has turned back, a place
// has to fit better by what a report may be off: else an arm that has not come to the turn
// would be taken for one that is on its way back.
func (c *committed) advance(now safety.Instant, pos safety.Point) {
	best, off, passed := c.seen, math.Inf(1), 0
	from, seen, most := c.from, c.seen, math.Inf(1)
	var heading safety.Point
	for i, b := range c.blocks {
		if turns := b.dir.Sub(heading).Norm() > math.Sqrt2; i == 0 || turns {
			heading, most = b.dir, off-unsure
		}
		way := pos.Sub(from)
		at := min(max(way.X*b.dir.X+way.Y*b.dir.Y+way.Z*b.dir.Z, seen), b.length)
		if d := way.Sub(b.dir.Scale(at)).Norm(); d < most-nothing {
			best, off, passed, most = at, d, i, d
		}
		from, seen = b.to, 0
	}
	for range passed {
		c.pass(now)
	}
	c.seen = best
}

// pass takes the first block for done.
func (c *committed) pass(now safety.Instant) {
	if now <= c.blocks[0].due {
		c.pace = min(c.pace*faster, 1)
	}
	c.from, c.seen = c.blocks[0].to, 0
	c.blocks = c.blocks[1:]
}

// settle tells that the arm stands, with nothing left to do. The controller goes on from where
// it takes the arm to be, which is the end of what was sent.
func (c *committed) settle() { c.place(c.end()) }

// place tells that the controller takes the arm to be at pos.
func (c *committed) place(pos safety.Point) {
	c.from, c.blocks, c.seen = pos, c.blocks[:0], 0
}
