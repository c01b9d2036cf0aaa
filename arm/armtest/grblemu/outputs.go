package grblemu

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// coolant says which coolant outputs are on.
type coolant struct{ mist, flood bool }

// after returns the state after M7, M8 or M9.
func (k coolant) after(code int) coolant {
	return coolant{mist: code == 7 || k.mist && code != 9, flood: code == 8 || k.flood && code != 9}
}

// modes prints the state for $G.
func (k coolant) modes() (out string) {
	if k.mist {
		out += " M7"
	}
	if k.flood {
		out += " M8"
	}
	if out == "" {
		out = " M9"
	}
	return out
}

// outputs are the pins beside the motors.
type outputs struct {
	spindle int     // 3, 4 or 5
	rpm     float64 // 0 while off
	coolant coolant
}

// accessories prints the field A of a report, or nothing.
func (o outputs) accessories() (out string) {
	out += map[int]string{3: "S", 4: "C"}[o.spindle]
	if o.coolant.flood {
		out += "F"
	}
	if o.coolant.mist {
		out += "M"
	}
	if out != "" {
		out = "|A:" + out
	}
	return out
}

// setSpindle switches to M3, M4 or M5 at rpm, within $31 and $30.
func (c *Board) setSpindle(mode int, rpm float64) {
	is := c.outputs
	is.spindle, is.rpm = mode, 0
	if mode != 5 && rpm > 0 {
		is.rpm = min(max(rpm, c.set[31]), c.set[30])
	}
	if is != c.outputs {
		c.outputs = is
		c.log(armtest.EvOutput, fmt.Sprintf("M%d", mode), int(is.rpm))
	}
}

// setCoolant switches the coolant outputs.
func (c *Board) setCoolant(k coolant) {
	if k != c.outputs.coolant {
		c.outputs.coolant = k
		c.log(armtest.EvOutput, k.modes()[1:], 0)
	}
}

// stopOutputs is what a reset does to them.
func (c *Board) stopOutputs() {
	c.setSpindle(5, 0)
	c.setCoolant(coolant{})
}
