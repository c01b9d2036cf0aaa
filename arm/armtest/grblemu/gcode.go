package grblemu

import (
	"fmt"
	"math"
	"time"
)

// dwellStep is how G4 counts: real-time bytes are looked at once in each
// (DWELL_TIME_STEP).
const dwellStep = 50 * time.Millisecond

// gcode takes a line of G-code. What has to wait for the planner becomes the
// job; the line is answered when that is done.
func (c *Board) gcode(line string) status {
	b, s := c.parser.parse(line, false)
	if s != statusOK {
		return s
	}
	was := c.parser
	c.parser = b.modal
	c.planOutputs(was, b.modal)
	switch b.nonModal() {
	case 40:
		c.planDwell(b.value['P'])
	case 100:
		c.planAfterMotion(func() { c.setCoords(&b, was) })
	case 920:
		c.planAfterMotion(func() { c.setOffset(&b, was) })
	case 921:
		c.planAfterMotion(func() { c.parser.offset = axes{} })
	}
	if was.coord != b.modal.coord {
		c.planAfterMotion(func() {})
	}
	if b.moves {
		feed := 0.0
		if b.modal.motion == 10 {
			feed = b.modal.feed / 60
		}
		c.planLine(b.target, feed)
	}
	return statusOK
}

// later adds a part to the job: a function that is called until it reports true.
func (c *Board) later(part func() bool) { c.job = append(c.job, part) }

// planOutputs puts the spindle and the coolant into the order of the motion: a
// change waits until the planner is empty, and so does its ok. A word that
// changes nothing waits for nothing.
func (c *Board) planOutputs(was, is parser) {
	if was.speed != is.speed && was.spindle != 5 || was.spindle != is.spindle {
		c.later(c.drained)
		c.later(func() bool { c.setSpindle(is.spindle, is.speed); return true })
	}
	if was.coolant != is.coolant {
		c.later(c.drained)
		c.later(func() bool { c.setCoolant(is.coolant); return true })
	}
}

// drained reports whether the queued motion is over.
func (c *Board) drained() bool { return c.planner.empty() && c.state != stateCycle }

func (c *Board) planDwell(seconds float64) {
	steps := int(math.Ceil(seconds / dwellStep.Seconds()))
	c.later(c.drained)
	c.later(func() bool {
		if steps == 0 {
			return true
		}
		steps--
		c.delay(dwellStep, func() {})
		return false
	})
}

// planAfterMotion does f, which moves the work zero, once the motion is over.
func (c *Board) planAfterMotion(f func()) {
	c.later(c.drained)
	c.later(func() bool {
		f()
		c.report.offset = 0
		return true
	})
}

func (c *Board) setCoords(b *gcodeBlock, was parser) {
	n := int(b.value['P']) - 1
	if n < 0 {
		n = b.modal.coord
	}
	for i := range was.position {
		v, ok := b.axis(i)
		if !ok {
			continue
		}
		if b.value['L'] == 20 {
			v = was.position[i] - was.offset[i] - v
		}
		c.parser.coords[n][i] = v
	}
}

func (c *Board) setOffset(b *gcodeBlock, was parser) {
	for i := range was.position {
		if v, ok := b.axis(i); ok {
			c.parser.offset[i] = was.position[i] - was.coords[b.modal.coord][i] - v
		}
	}
}

// planLine puts a motion into the planner as soon as there is room.
func (c *Board) planLine(target axes, feed float64) {
	c.later(func() bool {
		if c.state != stateJog && c.set.outside(target) {
			c.violate()
			return false
		}
		if c.planner.full() {
			return false
		}
		c.queue(target, feed)
		return true
	})
}

// violate ends G-code that leads out of the soft limits: the motion that is
// queued is held, then everything stands until a reset.
func (c *Board) violate() {
	switch {
	case c.state == stateCycle && !c.softLimit:
		c.softLimit = true
		c.flags |= flagHold
		c.realtime()
	case c.state == stateIdle:
		c.stopOutputs()
		c.alarm = alarmSoftLimit
		c.realtime()
	}
}

// queue adds a motion. Parts that are prepared already stay as they are.
func (c *Board) queue(target axes, feed float64) {
	if c.planner.add(target, feed, c.set, c.stepper.speed) {
		end := c.planner.end.plus(c.origin)
		c.log(EvQueued, fmt.Sprintf("%.3f,%.3f,%.3f", end[0], end[1], end[2]), len(c.planner.blocks))
	}
	c.parser.position = target
}
