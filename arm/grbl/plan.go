package grbl

import (
	"math"
	"slices"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

const (
	planTick    = time.Millisecond
	dt          = 0.001                // s, planTick
	lineLatency = 5 * time.Millisecond // from the write of a line to its motion, as a rule
	// nothing is a way in mm that is the rounding of sums.
	nothing = 1e-6

	// segment is how many ms of steps are prepared at once (ACCELERATION_TICKS_PER_SECOND
	// 100), and prepared how many in all: 5 usable segments in Grbl ("40-50 msec",
	// grbl/stepper.c), 10 in grblHAL (SEGMENT_BUFFER_SIZE).
	segment         = 10
	preparedGrbl    = 50
	preparedGrblHAL = 100
)

// block is one motion of the controller's planner.
type block struct {
	to     safety.Point // mm
	length float64      // mm
	dir    safety.Point // unit vector
	feed   float64      // mm/s
	corner float64      // mm/s, the fastest at which the block before can turn into it
	begins safety.Instant
}

// plan is a model of the controller's planner and of the steps that it has prepared: what
// was sent, and how far the controller has come with it. The package's doc says why.
//
// Ways are in mm along the blocks, from the beginning of the first.
type plan struct {
	accel    float64 // mm/s², of the weakest axis
	junction float64 // mm, junction deviation
	prepared int     // ms of steps that the controller prepares ahead

	from   safety.Point // mm, where the first block begins
	blocks []block

	at    safety.Instant // the moment of what follows; after now where the arm lags behind the model
	done  float64        // where the arm is
	steps []float64      // where it will be, millisecond by millisecond, whatever is sent
	ahead float64        // where the last of these ends
	speed float64        // mm/s there

	track tracking
}

func newPlan(l limits, prepared int, from safety.Point) plan {
	return plan{
		accel: l.accel, junction: l.junction, prepared: prepared,
		from: from, track: tracking{pace: firstPace},
	}
}

// end returns where the arm comes to rest.
func (p *plan) end() safety.Point {
	if len(p.blocks) == 0 {
		return p.from
	}
	return p.blocks[len(p.blocks)-1].to
}

func (p *plan) length() (mm float64) {
	for _, b := range p.blocks {
		mm += b.length
	}
	return mm
}

func (p *plan) resting() bool { return p.done > p.length()-nothing }

// block returns the motion from the end of the plan to a point, sent at now.
func (p *plan) block(now safety.Instant, to safety.Point, feed float64) block {
	way := to.Sub(p.end())
	b := block{to: to, length: way.Norm(), feed: feed, begins: now + lineLatency}
	if b.length > 0 {
		b.dir = way.Scale(1 / b.length)
	}
	if n := len(p.blocks); n > 0 {
		b.corner = p.cornerSpeed(p.blocks[n-1].dir, b.dir)
	}
	return b
}

func (p *plan) add(now safety.Instant, b block) {
	p.advance(now)
	if p.resting() {
		p.track.begins(p.done, b.begins)
	}
	p.blocks = append(p.blocks, b)
}

// takes reports whether the arm is still at rest within the horizon if b is sent at now
// and nothing after it. It runs the model on, to its end or to the horizon's.
func (p *plan) takes(now safety.Instant, b block, horizon time.Duration) bool {
	p.advance(now)
	if p.waiting() >= plannerBlocks {
		return false
	}
	run := *p
	run.blocks = append(slices.Clone(p.blocks), b)
	run.steps = slices.Clone(p.steps)
	for end := now + horizon - margin; run.at <= end; run.tick() {
		if run.resting() {
			return true
		}
	}
	return false
}

// waiting returns how many blocks are not entirely prepared: those fill the planner.
func (p *plan) waiting() int {
	end, n := 0.0, 0
	for _, b := range p.blocks {
		if end += b.length; end > p.ahead {
			n++
		}
	}
	return n
}

// advance moves the model on to now.
func (p *plan) advance(now safety.Instant) {
	for p.at < now {
		if p.resting() {
			p.at = now
			return
		}
		p.tick()
	}
}

func (p *plan) tick() {
	p.at += planTick
	if len(p.steps) <= p.prepared-segment {
		p.prepare()
	}
	if len(p.steps) > 0 {
		p.done = p.steps[0]
		p.steps = p.steps[1:]
	}
}

// prepare makes one segment: it speeds up with the arm's acceleration, to no more than what
// the plan permits.
func (p *plan) prepare() {
	for range segment {
		speed, left := p.permitted()
		if left < nothing {
			p.speed = 0
			return
		}
		p.speed = min(p.speed+p.accel*dt, speed)
		p.ahead += min(p.speed*dt, left)
		p.steps = append(p.steps, p.ahead)
	}
}

// permitted returns the speed in mm/s at which the controller can go on behind what is
// prepared, and how far: the feed of its block, if it can still brake for every corner and
// for the end of what it knows.
func (p *plan) permitted() (speed, left float64) {
	speed = math.Inf(1)
	last := speed // the feed of the block before
	way := -p.ahead
	for _, b := range p.blocks {
		if b.begins > p.at {
			break
		}
		feed := b.feed * p.track.pace
		if way > 0 {
			speed = min(speed, p.brakingTo(min(b.corner, last, feed), way))
		}
		if way <= 0 && way+b.length > 0 {
			speed = min(speed, feed)
		}
		last = feed
		way += b.length
	}
	left = max(way, 0)
	return min(speed, p.brakingTo(0, left)), left
}

// brakingTo returns the speed at which the arm can go on for a tick, and then still brake to
// another over what is left of way: v² = speed² + 2·accel·(way − v·dt).
func (p *plan) brakingTo(speed, way float64) float64 {
	lost := p.accel * dt
	return math.Sqrt(lost*lost+speed*speed+2*p.accel*way) - lost
}

// cornerSpeed returns the speed in mm/s at which the controller turns from one direction
// into another: on a circle that leaves the corner by the junction deviation
// (grbl/planner.c).
func (p *plan) cornerSpeed(a, b safety.Point) float64 {
	cos := a.X*b.X + a.Y*b.Y + a.Z*b.Z
	if cos > 0.999999 {
		return math.Inf(1)
	}
	half := math.Sqrt(max((1+cos)/2, 0)) // the sine of half the angle between the legs
	return math.Sqrt(p.accel * p.junction * half / (1 - half))
}
