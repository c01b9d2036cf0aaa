package grblemu

import (
	"math"
	"time"
)

const (
	// segmentTime is the length of a segment: ACCELERATION_TICKS_PER_SECOND is 100.
	segmentTime = 10 * time.Millisecond
	// segmentSlots is how many segments are ready, the one under way included
	// (SEGMENT_BUFFER_SIZE 6, one place kept free). What they hold can no longer
	// be changed: a hold or a cancel acts up to 50 ms late, and a new block cannot
	// lift the end of the one before once that is cut.
	segmentSlots = 5
)

// ramp is a piece of a segment at constant acceleration.
type ramp struct {
	unit  axes
	dt    float64 // s
	v     float64 // mm/s at its begin
	accel float64 // mm/s², negative while braking
}

func (r ramp) distance(t float64) float64 { return r.v*t + r.accel*t*t/2 }

// segment is up to segmentTime of motion in one block.
type segment struct {
	ramps []ramp
	dt    time.Duration
	end   axes // mm
}

// stepper cuts the planner's first block into segments ahead of time, and
// executes them.
type stepper struct {
	segments []segment     // the first is under way
	since    time.Duration // when the first began
	at       axes          // mm, where the first began, or where the arm stands
	speed    float64       // mm/s at the end of what is prepared
	braking  bool          // prepare a stop, whatever the plan says
	halted   bool          // braking has come to its end: prepare nothing more
}

func (s *stepper) moving() bool { return len(s.segments) > 0 }

// wake starts motion at now if the planner has some.
func (s *stepper) wake(now time.Duration, p *planner) {
	s.since = now
	s.prepare(p)
}

// due is when the segment under way ends.
func (s *stepper) due() time.Duration { return s.since + s.segments[0].dt }

// finish ends the segment under way and prepares what follows.
func (s *stepper) finish(p *planner) {
	s.since = s.due()
	s.at = s.segments[0].end
	s.segments = s.segments[1:]
	s.prepare(p)
}

// kill stops the motors between two steps: no ramp.
func (s *stepper) kill(now time.Duration, perMM axes) {
	at, _ := s.where(now)
	*s = stepper{at: at.inSteps(perMM)}
}

// where returns the position in mm and the speed in mm/s at now.
func (s *stepper) where(now time.Duration) (axes, float64) {
	if !s.moving() {
		return s.at, 0
	}
	at, v, left := s.at, 0.0, (now - s.since).Seconds()
	for _, r := range s.segments[0].ramps {
		t := min(left, r.dt)
		at = at.plus(r.unit.times(r.distance(t)))
		v = r.v + r.accel*t
		if left -= t; left <= 0 {
			break
		}
	}
	return at, v
}

func (s *stepper) prepare(p *planner) {
	for len(s.segments) < segmentSlots && !s.halted && !p.empty() {
		s.cut(p)
	}
}

// cut appends the next segment of the planner's first block, and takes the
// block from the planner when nothing of it is left.
func (s *stepper) cut(p *planner) {
	b, exit := p.blocks[0], p.exitSpeed()
	var seg segment
	left := segmentTime.Seconds()
	for left > 0 && b.mm > 0 {
		if s.halted = s.braking && s.speed == 0; s.halted {
			break
		}
		r, mm, v := b.ramp(s.speed, exit)
		if s.braking {
			r, mm, v = b.brake(s.speed)
		}
		if r.dt > left {
			r.dt = left
			mm, v = b.mm-r.distance(left), r.v+r.accel*left
		}
		if mm <= tiny {
			mm = 0
			if !s.braking {
				v = exit
			}
		}
		b.mm, s.speed = mm, v
		left -= r.dt
		seg.ramps = append(seg.ramps, r)
		seg.dt += time.Duration(r.dt * float64(time.Second))
	}
	if seg.dt > 0 {
		seg.end = b.end.minus(b.unit.times(b.mm))
		s.segments = append(s.segments, seg)
	}
	if b.mm <= 0 {
		p.blocks = p.blocks[1:]
	}
}

// tiny is a distance in mm that only rounding leaves.
const tiny = 1e-11

// ramp returns what b does next at speed v mm/s to leave at exit: speed up,
// cruise or brake. With it come the mm that are left at its end, and the speed there.
func (b *block) ramp(v, exit float64) (r ramp, mm, after float64) {
	r = ramp{unit: b.unit, v: v}
	brakeMM := (v*v - exit*exit) / (2 * b.accel)
	peak := min(b.nominal, math.Sqrt(b.accel*b.mm+(v*v+exit*exit)/2))
	switch {
	case b.mm-brakeMM <= tiny:
		if v+exit > 0 {
			r.dt = 2 * b.mm / (v + exit)
			r.accel = (exit - v) / r.dt
		}
		return r, 0, exit
	case v < peak:
		r.dt, r.accel = (peak-v)/b.accel, b.accel
		return r, max(0, b.mm-(peak*peak-v*v)/(2*b.accel)), peak
	default:
		r.dt = (b.mm - brakeMM) / v
		return r, brakeMM, v
	}
}

// brake returns the ramp from v mm/s to rest, or as far as b goes; the next
// block then goes on braking.
func (b *block) brake(v float64) (r ramp, mm, after float64) {
	r = ramp{unit: b.unit, v: v, accel: -b.accel}
	if stop := v * v / (2 * b.accel); stop <= b.mm+tiny {
		r.dt = v / b.accel
		return r, max(0, b.mm-stop), 0
	}
	after = reachable(v, -b.accel, b.mm)
	r.dt = (v - after) / b.accel
	return r, 0, after
}
