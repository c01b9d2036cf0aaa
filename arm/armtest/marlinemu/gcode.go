package marlinemu

import (
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// EvQueued comes from this board and from grblemu's only: a motion entered the planner.
// Text is its end as X,Y,Z, N how many motions are in the planner.
const EvQueued = "queue"

// homingFeed is in mm/s (HOMING_FEEDRATE_MM_M).
const homingFeed = 50

// gcode is the parser's state.
type gcode struct {
	at       axes    // mm, the end of the last move, without shift
	shift    axes    // mm, of G92
	feed     float64 // mm/s
	relative bool
	inches   bool // G20
}

const inch = 25.4 // mm

// unit returns the length in mm that a number stands for.
func (g gcode) unit() float64 {
	if g.inches {
		return inch
	}
	return 1
}

// length returns a parameter's length in mm, and whether it has one.
func (b *Board) length(c command, letter byte) (mm float64, ok bool) {
	v, ok := c.value(letter)
	return min(max(v*b.gcode.unit(), -most), most), ok
}

// command carries out what is not a setting or a report.
func (b *Board) command(c command) {
	switch c.name {
	case "G0", "G1":
		b.lineTo(c)
	case "G4":
		b.pause(c)
	case "M108", "M110":
	case "G21":
		b.gcode.inches = false
	case "G28":
		b.home(c)
	case "G90", "G91":
		b.gcode.relative = c.name == "G91"
	case "G92":
		b.setPosition(c)
	case "M17":
		b.log(armtest.EvOutput, "M17", 1)
	case "M18", "M84":
		b.wait(b.synchronized, func() bool { b.log(armtest.EvOutput, "M84", 0); return true })
	case "M112":
		if !b.cfg.EmergencyParser {
			b.kill()
		}
	case "M400":
		b.wait(b.synchronized)
	case "M410":
		if !b.cfg.EmergencyParser {
			b.quickStop()
			b.wait(b.synchronized)
		}
	default:
		if c.name == "G20" && b.cfg.Inches {
			b.gcode.inches = true
			return
		}
		if !b.output(c) && !b.setting(c) && !b.inform(c) {
			b.print(`echo:Unknown command: "` + c.text + `"`)
		}
	}
}

// lineTo is G0 and G1. One that finds the planner full waits for room, and goes on behind
// a quick stop that comes meanwhile.
func (b *Board) lineTo(c command) {
	to := b.gcode.at
	for i := range to {
		v, ok := b.length(c, axisLetters[i])
		switch {
		case !ok:
		case b.gcode.relative:
			to[i] += v
		default:
			to[i] = v - b.gcode.shift[i]
		}
	}
	if f, ok := b.length(c, 'F'); ok && f > 0 {
		b.gcode.feed = f / 60
	}
	b.gcode.at = to
	b.plan(to, b.gcode.feed)
}

func (b *Board) plan(to axes, feed float64) {
	add := func() bool {
		if b.planner.full() {
			return false
		}
		b.gcode.at = to // a quick stop may have changed it while there was no room
		if b.planner.add(b.now, to, feed, &b.set, b.outputs.fan) {
			b.log(EvQueued, fmt.Sprintf("%.3f,%.3f,%.3f", to[0], to[1], to[2]), len(b.planner.blocks))
		}
		b.move()
		return true
	}
	if !add() {
		b.wait(add)
	}
}

// pause is G4.
func (b *Board) pause(c command) {
	ms := c.valueOr('P', 0) + 1000*c.valueOr('S', 0)
	b.wait(b.synchronized, func() bool {
		b.dwell = b.now + time.Duration(max(ms, 0)*float64(time.Millisecond))
		return true
	}, func() bool { return b.now >= b.dwell })
}

// home drives the axes to zero: there are no switches.
func (b *Board) home(c command) {
	b.wait(b.synchronized, func() bool {
		if b.faults.homing {
			b.faults.homing = false
			b.print("echo:Homing Failed")
			b.kill()
			return true
		}
		to := b.stepper.at
		all := !c.seen('X') && !c.seen('Y') && !c.seen('Z')
		for i := range to {
			if all || c.seen(axisLetters[i]) {
				to[i], b.gcode.shift[i] = 0, 0
			}
		}
		b.gcode.at = to
		if b.planner.add(b.now, to, homingFeed, &b.set, b.outputs.fan) {
			b.planner.deliver = b.now
			b.move()
		}
		return true
	}, b.synchronized)
}

// setPosition is G92: it moves nothing.
func (b *Board) setPosition(c command) {
	for i := range b.gcode.at {
		if v, ok := b.length(c, axisLetters[i]); ok {
			b.gcode.shift[i] = v - b.gcode.at[i]
		}
	}
}
