package uarmemu

import "time"

// bootTime is from the reset to the first line that is read: swift_init waits 1 s for the
// motors, and about 0.4 s for the Bluetooth module.
const bootTime = 1400 * time.Millisecond

// boot is a reset of the processor: it forgets everything, and its outputs go off.
func (a *Arm) boot() {
	a.stopDead("killed")
	a.reset()
	a.readyAt = a.now + bootTime
	a.send("start\n" +
		"echo: External Reset\n" +
		"echo:Marlin 1.1.0-RC\n" +
		"echo: Free Memory: 3425  PlannerBufferBytes: 1264\n")
}

// reset is what the firmware knows as it starts.
func (a *Arm) reset() {
	a.serial = serial{}
	a.program = program{feed: defaultFeed}
	a.planner = planner{}
	a.motor.on = true
	a.reports = reports{}
	a.setTool(&a.tools.gripper, "gripper", false)
	a.setTool(&a.tools.pump, "pump", false)
}

func (a *Arm) bootEnds() {
	a.reports.greeted = true
	a.readEncoders()
	a.reportPower()
}
