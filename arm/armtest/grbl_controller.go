package armtest

import (
	"math"
	"time"
)

// grblController is the board: bytes in, bytes out, time as an argument. It
// keeps the order in which Grbl's interrupts and main program see things, for
// that decides which stop byte counts and which does not.
type grblController struct {
	cfg    GrblConfig
	set    grblSettings
	now    time.Duration
	out    []byte
	events []GrblEvent

	serial grblSerial
	flags  grblFlags // set by interrupts, executed by the main program
	alarm  int       // an alarm to report

	state      grblState
	suspend    grblSuspend
	softLimit  bool
	critical   bool   // alarms 1 and 2: nothing but a reset helps
	shownState string // what the last GrblState event said

	busyUntil time.Duration // the main program delays until then …
	then      func()        // … and goes on with this
	line      grblLineBuffer
	job       []func() bool // what is left of the line being executed
	working   bool          // a line is being executed

	parser  grblParser
	planner planner
	stepper stepper
	outputs grblOutputs
	idleAt  time.Duration
	sample  time.Duration
	origin  axes // mm, where the machine's zero truly is

	report grblReportCounters
	faults grblFaults
}

const never time.Duration = math.MaxInt64

// newGrblController powers the board up at now. Nothing is to be read from it
// unless it is configured to greet.
func newGrblController(cfg GrblConfig, now time.Duration) *grblController {
	c := &grblController{cfg: cfg, set: grblDefaults(), now: now, idleAt: never, sample: never}
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

// receive takes bytes that arrived together at now. As in Grbl, the interrupt
// takes all of them before the main program looks at the first.
func (c *grblController) receive(now time.Duration, p []byte) {
	c.advance(now)
	if c.faults.hang {
		return
	}
	for _, b := range p {
		c.receiveByte(b)
	}
	c.endLoss()
	c.run()
}

// advance plays everything that is due until to.
func (c *grblController) advance(to time.Duration) {
	for t := c.next(); t <= to; t = c.next() {
		c.now = max(c.now, t)
		c.fire()
	}
	c.now = max(c.now, to)
}

// next is when advance has something to do, or never.
func (c *grblController) next() time.Duration {
	t := min(c.idleAt, c.faults.nextReply())
	if c.stepper.moving() {
		t = min(t, c.stepper.due(), c.sample)
	}
	if c.busyUntil > c.now {
		t = min(t, c.busyUntil)
	}
	return t
}

func (c *grblController) fire() {
	if c.stepper.moving() && c.sample <= c.now {
		c.log(GrblPos, "", 0)
		c.sample += samplePeriod
	}
	if c.stepper.moving() && c.stepper.due() <= c.now {
		c.stepper.finish(&c.planner)
		if !c.stepper.moving() {
			c.motionEnded("")
		}
	}
	if c.idleAt <= c.now {
		c.idleAt = never
		c.flags |= flagStop
	}
	for c.faults.nextReply() <= c.now {
		c.print(c.faults.takeReply())
	}
	c.run()
}

// take returns what was written since the last call.
func (c *grblController) take() (out []byte, events []GrblEvent) {
	out, events = c.out, c.events
	c.out, c.events = nil, nil
	return out, events
}

// wake starts the motors, if the planner has motion.
func (c *grblController) wake() {
	if c.stepper.moving() {
		return
	}
	c.stepper.wake(c.now, &c.planner)
	if c.stepper.moving() {
		c.log(GrblStart, "", 0)
		c.sample = c.now + samplePeriod
	}
}

// motionEnded follows the last step. The interrupt then waits $1 ms, with the
// main program under it, before it tells that the cycle stopped.
func (c *grblController) motionEnded(how string) {
	if c.suspend.jogCancel {
		c.stepper.at = c.stepper.at.inSteps(c.set.stepsPerMM())
	}
	c.log(GrblRest, how, 0)
	c.idleAt = c.now + c.idleLock()
	c.busyUntil = max(c.busyUntil, c.now) + c.idleLock()
}

// idleLock is how long st_go_idle keeps the processor: $1, or not at all at 255.
func (c *grblController) idleLock() time.Duration {
	if c.set[1] == 255 {
		return 0
	}
	return time.Duration(c.set[1]) * time.Millisecond
}
