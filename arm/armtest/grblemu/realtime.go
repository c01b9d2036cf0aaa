package grblemu

import "time"

// Alarms.
const (
	alarmHardLimit   = 1
	alarmSoftLimit   = 2
	alarmAbort       = 3
	alarmHomingReset = 6
)

// alarmDelay follows every ALARM line, so that it leaves the TX buffer.
const alarmDelay = 500 * time.Millisecond

// reset is the 0x18 interrupt. While anything moves it stops the motors between
// two steps, and the position counts as lost.
func (c *Board) reset() {
	if c.flags&flagReset != 0 {
		return
	}
	c.flags |= flagReset
	c.stopOutputs()
	if c.state != stateCycle && c.state != stateHoming && c.state != stateJog && !c.stepper.braking {
		return
	}
	switch {
	case c.cfg.HAL: // its simulator went straight to Idle
	case c.state == stateHoming:
		c.alarm = alarmHomingReset
	default:
		c.alarm = alarmAbort
	}
	c.kill()
}

// kill stops the motors without a ramp.
func (c *Board) kill() {
	if !c.stepper.moving() {
		return
	}
	c.stepper.kill(c.now, c.set.stepsPerMM())
	c.motionEnded("killed")
}

// realtime executes what the interrupts left, in Grbl's order. It reports
// whether there was something.
func (c *Board) realtime() bool {
	if c.critical {
		if c.flags&flagReset == 0 {
			return false
		}
		c.critical, c.alarm = false, 0
	}
	if c.alarm != 0 {
		c.raise()
		return true
	}
	flags := c.flags
	if c.state == stateHoming {
		flags &= flagReset // homing looks at nothing else
	}
	c.flags &^= flags
	switch {
	case flags == 0:
		return false
	case flags&flagReset != 0:
		c.abort()
		return true
	}
	if flags&flagReport != 0 {
		c.printReport()
	}
	if flags&(flagHold|flagCancel) != 0 {
		c.hold(flags)
	} else if flags&flagStart != 0 {
		c.start()
	}
	if flags&flagStop != 0 {
		c.stopped()
	}
	return true
}

// raise reports an alarm. A limit's then blocks everything until a reset.
func (c *Board) raise() {
	n := c.alarm
	c.alarm = 0
	c.state = stateAlarm
	c.printf("ALARM:%d", n)
	c.delay(alarmDelay, func() {
		if n == alarmHardLimit || n == alarmSoftLimit {
			c.print("[MSG:Reset to continue]")
			c.critical = true
			c.flags &^= flagReset
		}
	})
}

// hold executes ! and 0x85.
func (c *Board) hold(flags execFlags) {
	if c.state == stateAlarm {
		return
	}
	switch c.state {
	case stateCycle, stateJog:
		c.stepper.braking = true
		c.suspend.jogCancel = c.state == stateJog
	case stateIdle:
		// So it goes with a 0x85 too, if the jog ended between the interrupt and
		// now. The state then stays Idle, but no line is read until ~ or a reset.
		c.suspend.holdComplete = true
	}
	if flags&flagHold != 0 && c.state != stateJog {
		c.state = stateHold
	}
}

// start executes ~ and the automatic start of a cycle.
func (c *Board) start() {
	if c.state != stateIdle && (c.state != stateHold || !c.suspend.holdComplete) {
		return
	}
	c.suspend = suspend{}
	c.stepper.braking, c.stepper.halted = false, false
	if c.planner.empty() {
		c.state = stateIdle
		return
	}
	c.state = stateCycle
	c.wake()
}

// stopped executes the steppers' end of motion.
func (c *Board) stopped() {
	if c.state == stateHold && !c.softLimit && !c.suspend.jogCancel {
		c.suspend.holdComplete = true
		c.stepper.braking, c.stepper.halted = false, false
		c.planner.plan(0)
		return
	}
	if !c.suspend.jogCancel {
		c.suspend = suspend{}
		c.state = stateIdle
		return
	}
	// The state is Jog until the steppers are reset, which takes another $1 ms:
	// a further 0x85 is still taken, and finds Idle when it is executed.
	c.planner.clear(c.stepper.at)
	c.stepper = stepper{at: c.stepper.at}
	c.delay(c.idleLock(), func() {
		c.sync()
		c.suspend = suspend{}
		c.state = stateIdle
	})
}

// sync takes the place where the arm stands for parser and planner.
func (c *Board) sync() {
	c.parser.position = c.stepper.at
	c.planner.clear(c.stepper.at)
}

// abort leaves everything for a new start. A line that was being executed is
// answered first, with ok, for its functions all return as if they were done.
func (c *Board) abort() {
	if c.working {
		c.finish(statusOK)
	}
	c.initialize()
}

// initialize is what follows power-up and reset: the buffers are emptied, the
// parser is new, and after the motors' $1 ms the board greets.
func (c *Board) initialize() {
	c.flags, c.alarm = 0, 0
	c.suspend, c.softLimit, c.critical = suspend{}, false, false
	c.serial.rx, c.line = nil, lineBuffer{}
	c.job, c.working = nil, false
	c.parser.reset()
	c.report = reportCounters{}
	c.stepper = stepper{at: c.stepper.at}
	if c.state != stateAlarm {
		c.state = stateIdle
	}
	c.delay(c.idleLock(), func() {
		c.sync()
		c.print("")
		c.print(c.banner())
		if c.state == stateAlarm {
			c.print("[MSG:'$H'|'$X' to unlock]")
		}
	})
}
