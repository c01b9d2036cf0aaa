package marlinemu

import (
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

const (
	// cleaningTime is how long a quick stop throws motion away, and takes no command
	// (cleaning_buffer_counter, quickstop_stepper).
	cleaningTime = time.Second
	// killTime is how long the motors of a killed board go on: kill() leaves time for its
	// message before it switches the interrupts off (minkill).
	killTime = 600 * time.Millisecond
	// bootTime is from power on to the banner: the bootloader's.
	bootTime = 2 * time.Second
)

// quickStop ends the motion without a ramp, and drops the planner.
func (b *Board) quickStop() {
	b.halt()
	b.cleaning = b.now + cleaningTime
}

// cleaned is the end of a quick stop: the position is read from the steppers again.
func (b *Board) cleaned() {
	b.cleaning = 0
	b.gcode.at = b.stepper.at
	b.planner.clear(b.stepper.at)
}

// halt ends the motion where it is.
func (b *Board) halt() {
	moved := b.stepper.moving()
	b.stepper.halt(b.now)
	b.planner.clear(b.stepper.at)
	b.blow()
	if moved {
		b.log(armtest.EvRest, "killed", 0)
	}
}

// kill stops everything, and leaves a board that is deaf until it is reset.
func (b *Board) kill() {
	b.print("Error:Printer halted. kill() called!")
	b.killed, b.killAt = true, b.now+killTime
	b.emergency, b.auto.next = emergency{}, armtest.Never
	b.log(armtest.EvState, "killed", 0)
}

// reboot is a power cut: the motors stop, the board boots, and takes the place where it
// stands for zero.
func (b *Board) reboot() {
	b.halt()
	b.origin = b.origin.plus(b.stepper.at)
	b.stepper.at = axes{}
	b.outputs = outputs{}
	b.faults.replies = nil
	b.initialize()
	b.bootAt = b.now + bootTime
	b.log(armtest.EvState, "booting", 0)
}

func (b *Board) booting() bool { return b.bootAt != armtest.Never }
