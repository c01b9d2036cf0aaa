package marlinemu

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// fanSpeed is the PWM of the one fan output, 0 to 255.
type fanSpeed int

// outputs are the pins beside the motors.
type outputs struct {
	fan     fanSpeed // as M106 and M107 set it
	blowing fanSpeed // as it is at the pin
}

// output carries out a command to a pin, and reports whether it is one. M3, M4 and M5 wait
// for the motion before them; the fan changes with the first motion behind M106; servos and
// pins change at once.
func (b *Board) output(c command) bool {
	switch c.name {
	case "M3", "M4", "M5":
		n := int(c.valueOr('S', 255))
		if c.name == "M5" {
			n = 0
		}
		b.wait(b.synchronized, func() bool { b.log(armtest.EvOutput, c.name, n); return true })
	case "M42":
		b.log(armtest.EvOutput, fmt.Sprintf("M42 P%d", int(c.valueOr('P', -1))), int(c.valueOr('S', 0)))
	case "M106", "M107":
		b.outputs.fan = 0
		if c.name == "M106" {
			b.outputs.fan = fanSpeed(min(max(c.valueOr('S', 255), 0), 255))
		}
		b.blow()
	case "M280":
		if angle, ok := c.value('S'); ok {
			b.log(armtest.EvOutput, fmt.Sprintf("M280 P%d", int(c.valueOr('P', 0))), int(angle))
		}
	default:
		return false
	}
	return true
}

// blow sets the fan to what the block at the planner's tail says, or to what M106 said last.
func (b *Board) blow() {
	fan := b.outputs.fan
	if !b.planner.empty() {
		fan = b.planner.blocks[0].fan
	}
	if fan != b.outputs.blowing {
		b.outputs.blowing = fan
		b.log(armtest.EvOutput, "M106", int(fan))
	}
}
