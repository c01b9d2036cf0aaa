package roarmemu

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// Chatter of the boot, before and after the motion to the init pose.
var (
	bootLines = []string{
		"", "rst:0x1 (POWERON_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)", "entry 0x400805f0",
		"Initialize LittleFS for Flash files ctrl.", "Initialize the pins used for 12V-switch ctrl.",
		"Power up the servos.", "ServoCtrl init UART2TTL...", "Bus servos status check...", "All bus servos status checked.",
		"Moving BASE_JOINT to initPos.", "Moving SHOULDER_JOINT to initPos.", "...",
	}
	readyLines = []string{"Reset joint torque to ST_TORQUE_MAX.", "WiFi init.", "RoArm-M2 started."}
)

// boot starts the controller. It reads nothing until the arm is in its init pose; what
// came in before is gone.
func (a *Arm) boot() {
	a.serial, a.info = serial{}, infoEcho
	a.log(armtest.EvState, "booting", 0)
	lines := bootLines
	pause := a.cfg.bootTime() / time.Duration(len(bootLines))
	var pose *task
	a.begin(&task{at: a.now, do: func() (time.Duration, bool) {
		if len(lines) > 0 {
			a.send(lines[0])
			lines = lines[1:]
			return pause, false
		}
		if pose == nil {
			for j := range a.servos { // after power on a servo's goal is where it is
				a.servos[j].order(int(math.Round(a.servos[j].pos)), 0, 0)
			}
			a.setTorque(true)
			pose = a.initPose()
		}
		wait, over := pose.do()
		if over {
			for _, line := range readyLines {
				a.send(line)
			}
			a.log(armtest.EvState, "ready", 0)
		}
		return wait, over
	}})
}
