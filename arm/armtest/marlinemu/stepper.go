package marlinemu

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// stepper executes one block after the other.
type stepper struct {
	at    axes // mm, while standing
	run   *ramp
	began time.Duration // of run
}

// ramp is a block that is being executed: its speeds are fixed.
type ramp struct {
	*block
	peak, exit       float64 // mm/s
	rise, flat, fall float64 // s
}

func newRamp(b *block, exit float64) *ramp {
	r := &ramp{block: b, exit: exit}
	peak := math.Sqrt((2*b.accel*b.mm + b.entry*b.entry + exit*exit) / 2)
	r.peak = max(min(peak, b.nominal), b.entry, exit)
	r.rise = (r.peak - b.entry) / b.accel
	r.fall = (r.peak - exit) / b.accel
	ramps := (r.peak*r.peak-b.entry*b.entry)/(2*b.accel) + (r.peak*r.peak-exit*exit)/(2*b.accel)
	r.flat = max(b.mm-ramps, 0) / r.peak
	return r
}

func (r *ramp) duration() time.Duration {
	return time.Duration((r.rise + r.flat + r.fall) * float64(time.Second))
}

// after returns how far in mm the block has come after t s, and its speed in mm/s.
func (r *ramp) after(t float64) (mm, speed float64) {
	if t < r.rise {
		return t * (r.entry + r.accel*t/2), r.entry + r.accel*t
	}
	mm, t = r.rise*(r.entry+r.peak)/2, t-r.rise
	if t < r.flat {
		return mm + r.peak*t, r.peak
	}
	mm, t = mm+r.peak*r.flat, min(t-r.flat, r.fall)
	return min(mm+t*(r.peak-r.accel*t/2), r.mm), r.peak - r.accel*t
}

func (s *stepper) moving() bool { return s.run != nil }

// where returns the position in mm and the speed in mm/s.
func (s *stepper) where(now time.Duration) (axes, float64) {
	if s.run == nil {
		return s.at, 0
	}
	mm, speed := s.run.after((now - s.began).Seconds())
	return s.run.start.plus(s.run.unit.times(mm)), speed
}

// begin takes the first block.
func (s *stepper) begin(now time.Duration, p *planner) {
	exit := 0.0
	if len(p.blocks) > 1 {
		exit = p.blocks[1].entry
	}
	s.run, s.began = newRamp(p.blocks[0], exit), now
	p.busy, p.deliver = true, now
}

// due is when the block ends.
func (s *stepper) due() time.Duration {
	if s.run == nil {
		return armtest.Never
	}
	return s.began + s.run.duration()
}

// finish ends the block, and begins the next one if there is one.
func (s *stepper) finish(p *planner) {
	end := s.due()
	s.at, s.run = s.run.end, nil
	p.blocks, p.busy = p.blocks[1:], false
	if !p.empty() {
		s.begin(end, p)
	}
}

// halt ends the motion where it is, without a ramp.
func (s *stepper) halt(now time.Duration) {
	at, _ := s.where(now)
	s.at, s.run = at.inSteps(), nil
}
