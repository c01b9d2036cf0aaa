package grblemu

import (
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// Board is a Grbl controller and its arm, an [armtest.Machine]. It
// keeps the order in which Grbl's interrupts and main program see things, for
// that decides which stop byte counts and which does not.
type Board struct {
	cfg    Config
	set    settings
	now    time.Duration
	out    []byte
	events []armtest.Event

	serial serial
	flags  execFlags // set by interrupts, executed by the main program
	alarm  int       // an alarm to report

	state      state
	suspend    suspend
	softLimit  bool
	critical   bool   // alarms 1 and 2: nothing but a reset helps
	shownState string // what the last EvState event said

	busyUntil time.Duration // the main program delays until then …
	then      func()        // … and goes on with this
	line      lineBuffer
	job       []func() bool // what is left of the line being executed
	working   bool          // a line is being executed

	parser  parser
	planner planner
	stepper stepper
	outputs outputs
	idleAt  time.Duration
	sample  time.Duration
	origin  axes // mm, where the machine's zero truly is

	report reportCounters
	faults faults
}

// New powers a board up at now. Nothing is to be read from it
// unless it is configured to greet.
func New(cfg Config, now time.Duration) *Board {
	c := &Board{cfg: cfg, set: defaults(), now: now, idleAt: armtest.Never, sample: armtest.Never}
	for n, v := range cfg.Settings {
		c.set[n] = v
	}
	c.outputs.spindle = 5
	c.parser.coords[0] = axesOf(cfg.WorkOffset)
	c.reboot()
	c.busyUntil = now
	c.stepper.at = axesOf(cfg.Position).inSteps(c.set.stepsPerMM())
	c.faults.mute = !cfg.Banner
	c.run()
	c.faults.mute = false
	return c
}

// Receive takes bytes that arrived together at now. As in Grbl, the interrupt
// takes all of them before the main program looks at the first.
func (c *Board) Receive(now time.Duration, p []byte) {
	c.Advance(now)
	if c.faults.hang {
		return
	}
	for _, b := range p {
		c.receiveByte(b)
	}
	c.endLoss()
	c.run()
}

// Advance plays everything that is due until to.
func (c *Board) Advance(to time.Duration) {
	for t := c.Next(); t <= to; t = c.Next() {
		c.now = max(c.now, t)
		c.fire()
	}
	c.now = max(c.now, to)
}

// Next is when Advance has something to do, or Never.
func (c *Board) Next() time.Duration {
	t := min(c.idleAt, c.faults.nextReply())
	if c.stepper.moving() {
		t = min(t, c.stepper.due(), c.sample)
	}
	if c.busyUntil > c.now {
		t = min(t, c.busyUntil)
	}
	return t
}

func (c *Board) fire() {
	if c.stepper.moving() && c.sample <= c.now {
		c.log(armtest.EvPos, "", 0)
		c.sample += armtest.SamplePeriod
	}
	if c.stepper.moving() && c.stepper.due() <= c.now {
		c.stepper.finish(&c.planner)
		if !c.stepper.moving() {
			c.motionEnded("")
		}
	}
	if c.idleAt <= c.now {
		c.idleAt = armtest.Never
		c.flags |= flagStop
	}
	for c.faults.nextReply() <= c.now {
		c.print(c.faults.takeReply())
	}
	c.run()
}

// Take returns what was written since the last call.
func (c *Board) Take() (out []byte, events []armtest.Event) {
	out, events = c.out, c.events
	c.out, c.events = nil, nil
	return out, events
}

// wake starts the motors, if the planner has motion.
func (c *Board) wake() {
	if c.stepper.moving() {
		return
	}
	c.stepper.wake(c.now, &c.planner)
	if c.stepper.moving() {
		c.log(armtest.EvStart, "", 0)
		c.sample = c.now + armtest.SamplePeriod
	}
}

// motionEnded follows the last step. The interrupt then waits $1 ms, with the
// main program under it, before it tells that the cycle stopped.
func (c *Board) motionEnded(how string) {
	if c.suspend.jogCancel {
		c.stepper.at = c.stepper.at.inSteps(c.set.stepsPerMM())
	}
	c.log(armtest.EvRest, how, 0)
	c.idleAt = c.now + c.idleLock()
	c.busyUntil = max(c.busyUntil, c.now) + c.idleLock()
}

// idleLock is how long st_go_idle keeps the processor: $1, or not at all at 255.
func (c *Board) idleLock() time.Duration {
	if c.set[1] == 255 {
		return 0
	}
	return time.Duration(c.set[1]) * time.Millisecond
}
