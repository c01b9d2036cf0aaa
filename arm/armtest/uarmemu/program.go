package uarmemu

import (
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

const (
	// quickstopDelay is how long a bare M410 takes to act.
	quickstopDelay = 100 * time.Millisecond
	// drain is how long the planner goes on throwing away what it is given after a quick
	// stop: 5000 ticks of 100 µs (cleaning_buffer_counter, Marlin 1.1.0-RC stepper.cpp).
	drain = 500 * time.Millisecond

	defaultFeed = 1500.0 / 60 // mm/s, until the first F (Marlin: feedrate_mm_m = 1500)
)

// program is the firmware's main program: the lines that it has read and the one in work.
type program struct {
	queue   []string
	working bool // queue[0] has begun
	line    line // queue[0], parsed

	segments    []block       // of the move in work, not yet in the planner
	reply       string        // after the move in work
	dwellUntil  time.Duration // of a G4 in work
	quickstopAt time.Duration // when an M410 that was read acts; 0: none
	drainUntil  time.Duration // motion is thrown away until then

	target   safety.Point // mm, current_position: where the last move was to end
	feed     float64      // mm/s
	relative bool         // G91
}

// due returns when the main program has something to do again.
func (p *program) due(now time.Duration) time.Duration {
	t := armtest.Never
	if p.quickstopAt > 0 {
		t = min(t, max(p.quickstopAt, now))
	}
	if p.working && p.dwellUntil > now {
		t = min(t, p.dwellUntil)
	}
	return t
}

// run lets the main program go on as far as it comes.
func (a *Arm) run() {
	if a.readyAt > a.now {
		return
	}
	for {
		a.read()
		if a.program.quickstopAt > 0 && a.program.quickstopAt <= a.now {
			a.program.quickstopAt = 0
			a.quickstop()
			continue
		}
		if !a.work() {
			break
		}
	}
}

// work goes on with the line at the head of the queue. It reports whether one was done.
func (a *Arm) work() bool {
	p := &a.program
	if len(p.queue) == 0 {
		return false
	}
	if !p.working {
		p.working, p.line, p.reply = true, parse(p.queue[0]), replyOK
		p.segments, p.dwellUntil = nil, 0
		a.begin()
	}
	if !a.finished() {
		return false
	}
	a.answer()
	p.working = false
	if len(p.queue) > 0 { // M2000 has emptied it
		p.queue = p.queue[1:]
	}
	return true
}

// finished reports whether the line in work is done.
func (a *Arm) finished() bool {
	a.feedPlanner()
	p := &a.program
	switch {
	case len(p.segments) > 0 || p.dwellUntil > a.now:
		return false
	case p.line.synchronizes():
		return !a.moving
	}
	return true
}

// quickstop drops the planner without a ramp. The controller goes on believing that the arm
// is where it was to go.
func (a *Arm) quickstop() {
	a.stopDead("quickstop")
	a.program.drainUntil = a.now + drain
}
