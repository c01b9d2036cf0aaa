package grblemu

import "time"

// lineTime is how long a line keeps the main program before it takes effect: our
// estimate for parsing and planning on an ATmega328 at 16 MHz. A real-time byte
// that comes meanwhile is executed after it.
const lineTime = 2 * time.Millisecond

// lineSize is what a line may hold, blanks and comments not counted
// (LINE_BUFFER_SIZE 80, with its end).
const lineSize = 79

// lineBuffer assembles a line.
type lineBuffer struct {
	text     []byte
	overflow bool
	comment  byte // ')' or ';' while inside one
}

// run plays the main program until it waits for something.
func (c *Board) run() {
	for c.step() {
		c.showState()
	}
	c.showState()
}

// step does one thing of the main program's loop, and reports false when it
// has to wait for an interrupt or for time to pass.
func (c *Board) step() bool {
	if c.now < c.busyUntil {
		return false
	}
	if f := c.then; f != nil {
		c.then = nil
		f()
		return true
	}
	if c.realtime() {
		return true
	}
	switch {
	case c.critical, c.suspend.any():
		return false
	case c.working:
		return c.work() || c.autoStart()
	case c.readLine():
		return true
	}
	return c.autoStart()
}

// delay keeps the main program for d, then it does f.
func (c *Board) delay(d time.Duration, f func()) {
	c.busyUntil = max(c.busyUntil, c.now) + d
	c.then = f
}

// readLine takes bytes from the RX buffer up to the end of a line, and starts
// that line. It reports whether there was one.
func (c *Board) readLine() bool {
	for i, b := range c.serial.rx {
		if b == '\n' || b == '\r' {
			c.serial.rx = c.serial.rx[i+1:]
			line := c.line
			c.line = lineBuffer{}
			c.working = true
			c.delay(lineTime, func() { c.execute(line) })
			return true
		}
		c.line.put(b)
	}
	c.serial.rx = nil
	return false
}

// put adds one byte: blanks and comments are dropped, letters made upper case.
func (l *lineBuffer) put(b byte) {
	switch {
	case l.overflow:
	case l.comment != 0:
		if b == ')' && l.comment == ')' {
			l.comment = 0
		}
	case b <= ' ' || b == '/':
	case b == '(':
		l.comment = ')'
	case b == ';':
		l.comment = ';'
	case len(l.text) >= lineSize:
		l.overflow = true
	case b >= 'a' && b <= 'z':
		l.text = append(l.text, b-'a'+'A')
	default:
		l.text = append(l.text, b)
	}
}

// execute carries a line out: at once, or as a job that waits for the planner.
func (c *Board) execute(l lineBuffer) {
	line := string(l.text)
	var s status
	switch {
	case c.faults.errorNext != 0:
		s, c.faults.errorNext = c.faults.errorNext, 0
	case l.overflow:
		s = errOverflow
	case line == "":
	case line[0] == '$':
		s = c.system(line)
	case c.state == stateAlarm || c.state == stateJog:
		s = errLocked
	default:
		s = c.gcode(line)
	}
	if s != statusOK || len(c.job) == 0 {
		c.finish(s)
	}
}

// work does the next part of the job, and reports whether it got anywhere.
func (c *Board) work() bool {
	if !c.job[0]() {
		return false
	}
	if c.job = c.job[1:]; len(c.job) == 0 {
		c.finish(statusOK)
	}
	return true
}

// finish answers the line: every line gets exactly one answer.
func (c *Board) finish(s status) {
	c.job, c.working = nil, false
	c.reply(s)
}

// autoStart begins the cycle when motion is queued and nothing more is read.
func (c *Board) autoStart() bool {
	if c.state != stateIdle || c.planner.empty() || c.flags&flagStart != 0 {
		return false
	}
	c.flags |= flagStart
	return true
}
