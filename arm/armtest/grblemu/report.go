package grblemu

import (
	"fmt"
	"strings"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// reportCounters count the reports until the next that has WCO, or Ov.
type reportCounters struct{ offset, override int }

// Reports between two of a kind, at work and at rest (REPORT_WCO_REFRESH_*,
// REPORT_OVR_REFRESH_*).
const (
	offsetBusy, offsetIdle     = 30, 10
	overrideBusy, overrideIdle = 20, 10
)

// print sends one line.
func (c *Board) print(line string) {
	was := len(c.out)
	c.send(line + "\r\n")
	if len(c.out) > was && line != "" {
		c.log(armtest.EvSent, line, 0)
	}
}

func (c *Board) printf(format string, args ...any) { c.print(fmt.Sprintf(format, args...)) }

func (c *Board) banner() string {
	if c.cfg.HAL {
		return "GrblHAL 1.1f ['$' or '$HELP' for help]"
	}
	return "Grbl 1.1h ['$' for help]"
}

func (c *Board) build() string {
	return fmt.Sprintf("[VER:1.1h.20190825:]\r\n[OPT:VM,%d,%d]", plannerBlocks, c.rxSize())
}

// printReport answers ?.
func (c *Board) printReport() {
	at, _ := c.stepper.where(c.now)
	at = at.inSteps(c.set.stepsPerMM())
	var out strings.Builder
	out.WriteString("<" + c.stateName())
	if mask := int(c.set[10]); mask&1 != 0 {
		out.WriteString("|MPos:" + c.coordinates(at))
	} else {
		out.WriteString("|WPos:" + c.coordinates(at.minus(c.parser.workOffset())))
	}
	if mask := int(c.set[10]); mask&2 != 0 {
		fmt.Fprintf(&out, "|Bf:%d,%d", plannerBlocks-len(c.planner.blocks), c.rxSize()-len(c.serial.rx))
	}
	fmt.Fprintf(&out, "|FS:%s,%.0f", c.rate(c.reportedRate()), c.outputs.rpm)
	out.WriteString(c.rareFields())
	c.print(out.String() + ">")
}

// rareFields are WCO and Ov, which only some reports have, and never both.
func (c *Board) rareFields() string {
	r, out := &c.report, ""
	if r.offset > 0 {
		r.offset--
	} else {
		r.offset = c.refresh(offsetBusy, offsetIdle)
		r.override = max(r.override, 1)
		out += "|WCO:" + c.coordinates(c.parser.workOffset())
	}
	if r.override > 0 {
		r.override--
		return out
	}
	r.override = c.refresh(overrideBusy, overrideIdle)
	return out + "|Ov:100,100,100" + c.outputs.accessories()
}

func (c *Board) refresh(busy, idle int) int {
	if c.state == stateIdle || c.state == stateAlarm {
		return idle - 1
	}
	return busy - 1
}

// reportedRate is the speed in mm/s at the end of what is prepared, up to 50 ms
// ahead of the motors: it is 0 before they stand.
func (c *Board) reportedRate() float64 {
	switch {
	case c.state == stateIdle || c.state == stateAlarm:
		return 0
	case c.cfg.HAL && c.suspend.holdComplete && !c.planner.empty():
		return c.planner.blocks[0].nominal
	}
	return c.stepper.speed
}

// coordinates prints a position in mm, or inches with $13.
func (c *Board) coordinates(a axes) string {
	if c.set[13] != 0 {
		a = a.times(1 / mmPerInch)
		return fmt.Sprintf("%.4f,%.4f,%.4f", a[0], a[1], a[2])
	}
	return fmt.Sprintf("%.3f,%.3f,%.3f", a[0], a[1], a[2])
}

// rate prints mm/s as mm/min, or as inches per minute with $13.
func (c *Board) rate(v float64) string {
	if c.set[13] != 0 {
		return fmt.Sprintf("%.1f", v*60/mmPerInch)
	}
	return fmt.Sprintf("%.0f", v*60)
}

// printOffsets answers $#.
func (c *Board) printOffsets() {
	for i, at := range c.parser.coords {
		c.printf("[G%d:%s]", 54+i, c.coordinates(at))
	}
	c.printf("[G28:%[1]s]\r\n[G30:%[1]s]", c.coordinates(axes{}))
	c.printf("[G92:%s]", c.coordinates(c.parser.offset))
	c.printf("[TLO:0.000]\r\n[PRB:0.000,0.000,0.000:0]")
}

// printModes answers $G.
func (c *Board) printModes() {
	p := &c.parser
	units, distance := 21, 90
	if p.inches {
		units = 20
	}
	if p.incremental {
		distance = 91
	}
	c.printf("[GC:G%d G%d G17 G%d G%d G94 M%d%s T%d F%s S%.0f]",
		p.motion/10, 54+p.coord, units, distance, p.spindle, p.coolant.modes(), p.tool, c.rate(p.feed/60), p.speed)
}
