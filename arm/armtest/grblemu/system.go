package grblemu

import (
	"strings"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// system takes a line that begins with $.
func (c *Board) system(line string) status {
	switch {
	case line == "$":
		c.print("[HLP:$$ $# $G $I $N $x=val $Nx=line $J=line $SLP $C $X $H ~ ! ? ctrl-x]")
		return statusOK
	case line[1] == 'J':
		return c.jog(line)
	case strings.ContainsRune("$GX", rune(line[1])):
		return c.query(line)
	case c.state != stateIdle && c.state != stateAlarm:
		return errNotIdle
	}
	switch {
	case line == "$#":
		c.printOffsets()
	case line == "$I":
		c.print(c.build())
	case line == "$H":
		return c.home()
	default:
		return c.store(line[1:])
	}
	return statusOK
}

// query takes the commands that Grbl carries out in more than its resting states.
func (c *Board) query(line string) status {
	if len(line) != 2 {
		return errStatement
	}
	switch line[1] {
	case '$':
		if c.state == stateCycle || c.state == stateHold {
			return errNotIdle
		}
		c.send(c.set.list())
	case 'G':
		c.printModes()
	case 'X':
		if c.state == stateAlarm {
			c.print("[MSG:Caution: Unlocked]")
			c.state = stateIdle
		}
	}
	return statusOK
}

// store sets a setting, $n=v. $N, $C, $SLP and $RST are left out.
func (c *Board) store(assignment string) status {
	n, rest, ok := scanNumber(assignment)
	switch {
	case !ok:
		return errNumber
	case rest == "" || rest[0] != '=':
		return errStatement
	}
	v, rest, ok := scanNumber(rest[1:])
	switch {
	case !ok:
		return errNumber
	case rest != "":
		return errStatement
	}
	return c.set.store(int(n), v)
}

// jog takes $J=. It is a G1 that the parser forgets, in a state of its own.
func (c *Board) jog(line string) status {
	if c.state != stateIdle && c.state != stateJog {
		return errNotIdle
	}
	if !strings.HasPrefix(line, "$J=") {
		return errStatement
	}
	b, s := c.parser.parse(line[len("$J="):], true)
	switch {
	case s != statusOK:
		return s
	case !b.mayJog():
		return errJog
	case c.set.outside(b.target):
		return errTravel
	}
	// Without an axis word Grbl takes the machine's zero for the target: so here.
	c.later(func() bool {
		if c.planner.full() {
			return false
		}
		c.queue(b.target, b.modal.feed/60)
		c.startJog()
		return true
	})
	return statusOK
}

// mayJog reports whether the line has only the commands that a jog may have:
// G20 G21, G90 G91, G53.
func (b *gcodeBlock) mayJog() bool {
	for group, code := range b.group {
		switch {
		case group == groupUnits, group == groupDistance, code == 530:
		default:
			return false
		}
	}
	return true
}

// startJog begins to jog, unless something is under way. With the fault jog-race
// it leaves the block to the automatic start of a cycle: so it goes on a real
// board when the motion before ends in the instant between planning and here.
// The block then runs as Run, where 0x85 does nothing.
func (c *Board) startJog() {
	switch {
	case c.state != stateIdle || c.planner.empty():
	case c.faults.jogRace:
		c.faults.jogRace = false
	default:
		c.state = stateJog
		c.wake()
	}
}

// home drives straight to where the homing cycle ends, at the seek rate: the
// search for the switches is not played.
func (c *Board) home() status {
	if !c.set.homing() {
		return errDisabled
	}
	c.state = stateHoming
	c.planner.clear(c.stepper.at)
	if c.planner.add(c.homed(), c.set[25]/60, c.set, 0) {
		c.wake()
	}
	c.later(func() bool {
		if c.stepper.moving() || c.idleAt != armtest.Never {
			return false
		}
		if c.flags&flagReport != 0 {
			c.printReport()
		}
		c.flags = 0 // what came in the meantime is taken, and does nothing
		c.sync()
		c.state = stateIdle
		return true
	})
	return statusOK
}

// homed is the position after homing: pulled off the switches, which sit at
// zero, or at the end of travel where $23 says so.
func (c *Board) homed() (at axes) {
	travel := c.set.axes(130)
	for i := range at {
		at[i] = -c.set[27]
		if int(c.set[23])&(1<<i) != 0 {
			at[i] = -travel[i] + c.set[27]
		}
	}
	return at
}
