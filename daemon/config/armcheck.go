package config

import (
	"slices"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/marlin"
)

var armRanges = map[string]bounds{
	"arm.horizon_ms":                  {20, 1000},
	"arm.write_deadline_ms":           {1, 1000},
	"arm.reopen_min_ms":               {1, anHour},
	"arm.reopen_max_ms":               {1, anHour},
	"arm.serial.baud":                 {300, 4e6},
	"arm.sim.x":                       {-10000, 10000},
	"arm.sim.y":                       {-10000, 10000},
	"arm.sim.z":                       {-10000, 10000},
	"arm.sim.stall_after_ms":          {0, anHour},
	"arm.sim.disconnect_after_ms":     {0, anHour},
	"arm.sim.reconnect_after_ms":      {0, anHour},
	"arm.sim.write_delay_ms":          {0, anHour},
	"arm.feetech.hand_pitch_deg":      {-90, 90},
	"arm.feetech.min_voltage":         {4, 30},
	"arm.feetech.max_voltage":         {4, 30},
	"arm.feetech.max_temperature":     {30, 80}, // the servo's own limit is 70 °C as delivered
	"arm.feetech.max_load_percent":    {5, 100},
	"arm.feetech.links.height_mm":     {-1000, 1000},
	"arm.feetech.links.offset_mm":     {-1000, 1000},
	"arm.feetech.links.upper_mm":      {1, 1000},
	"arm.feetech.links.fore_mm":       {1, 1000},
	"arm.feetech.links.hand_mm":       {0, 1000},
	"arm.feetech.claw.id":             {0, lastServo},
	"arm.feetech.claw.open":           {0, lastCount},
	"arm.feetech.claw.closed":         {0, lastCount},
	"arm.feetech.claw.speed_deg_s":    {1, 720},
	"arm.feetech.claw.torque_percent": {1, 100},
	"arm.roarm.gripper_open_deg":      {61.5, 183},
	"arm.roarm.gripper_closed_deg":    {61.5, 183},
	"arm.roarm.grip_force":            {0, 1000},
}

// jointRanges are the bounds of every joint's numbers.
func jointRanges() map[string]bounds {
	all := map[string]bounds{}
	for _, joint := range joints {
		for key, b := range map[string]bounds{
			"id":             {1, lastServo},
			"zero":           {0, lastCount},
			"direction":      {-1, 1},
			"min_deg":        {-180, 180},
			"max_deg":        {-180, 180},
			"speed_deg_s":    {1, 720},
			"accel_deg_s2":   {10, 2200}, // the servo's register ends at 2232
			"torque_percent": {1, 100},
		} {
			all["arm.feetech."+joint+"."+key] = b
		}
	}
	return all
}

const (
	lastServo = 253 // 254 is everybody
	lastCount = 4095
)

var joints = []string{"base", "shoulder", "elbow", "wrist"}

// measured are the keys of an arm of servos that no default can know. A wrong one
// sends the arm somewhere else.
func measured() []string {
	keys := []string{"links.height_mm", "links.upper_mm", "links.fore_mm", "links.hand_mm"}
	for _, joint := range joints {
		for _, key := range []string{"id", "zero", "min_deg", "max_deg"} {
			keys = append(keys, joint+"."+key)
		}
	}
	return keys
}

// realArm reports whether the driver moves more than numbers. A driver that is not
// known has its fault already.
func (c *checker) realArm() bool {
	return c.Arm.Driver != DriverSim && !c.report.faulty["arm.driver"]
}

func (c *checker) checkArm() {
	c.checkName("arm.name", c.Arm.Name)
	if c.Arm.Serial.Port == "" && c.realArm() && !c.report.faulty["arm.serial.port"] {
		c.report.add("arm.serial.port", ` = "": the driver %q needs a serial port; write one such as "/dev/ttyUSB0"`, c.Arm.Driver)
	}
	c.checkFeetech()
	c.checkGripper("arm.grbl.gripper_open", c.Arm.Grbl.GripperOpen, validGrbl)
	c.checkGripper("arm.grbl.gripper_close", c.Arm.Grbl.GripperClose, validGrbl)
	c.checkMarlin()
}

// checkFeetech asks for what only the builder of the arm knows.
func (c *checker) checkFeetech() {
	if c.Arm.Driver != DriverFeetech {
		return
	}
	missing := slices.DeleteFunc(measured(), func(key string) bool { return c.given["arm.feetech."+key] })
	if len(missing) > 0 {
		c.report.add("arm.feetech", " lacks %s: these are different on every arm; measure yours, or let \"aetherd arm calibrate\" write them",
			strings.Join(missing, ", "))
	}
	for i, j := range c.Arm.Feetech.joints() {
		if key := "arm.feetech." + joints[i] + ".direction"; j.Direction == 0 && !c.report.faulty[key] {
			c.report.add(key, " = 0: write 1, or -1 where the servo counts down as the angle grows")
		}
	}
	const low, high = "arm.feetech.min_voltage", "arm.feetech.max_voltage"
	if f := c.Arm.Feetech; f.MinVoltage >= f.MaxVoltage && !c.report.faulty[low] && !c.report.faulty[high] {
		c.report.add(low, " = %s: not below %s = %s; write the lower one first", formatNumber(f.MinVoltage), high, formatNumber(f.MaxVoltage))
	}
}

// checkGripper asks the driver, which gets the line in an otherwise sound configuration:
// what it refuses then is the line of this key.
func (c *checker) checkGripper(key, line string, valid func(line string) error) {
	if line == "" {
		c.report.add(key, ` = "": write one line of G-code such as "M3 S1000", or remove the key`)
		return
	}
	if err := valid(line); err != nil {
		c.report.add(key, ": %w", err)
	}
}

// checkMarlin refuses half a gripper.
func (c *checker) checkMarlin() {
	const open, close = "arm.marlin.gripper_open", "arm.marlin.gripper_close"
	m := c.Arm.Marlin
	switch {
	case m.GripperOpen == "" && m.GripperClose == "":
	case m.GripperOpen == "":
		c.report.add(open, ` = "": the gripper could be closed and not opened; write the other command too, or remove %s`, close)
	case m.GripperClose == "":
		c.report.add(close, ` = "": the gripper could be opened and not closed; write the other command too, or remove %s`, open)
	default:
		c.checkGripper(open, m.GripperOpen, validMarlin)
		c.checkGripper(close, m.GripperClose, validMarlin)
	}
}

func validGrbl(line string) error {
	sound := Default().grbl()
	sound.GripperOpen = line
	return sound.Validate()
}

func validMarlin(line string) error {
	return marlin.Config{Horizon: time.Second, Tick: 50 * time.Millisecond, Speed: 1, GripperOpen: line, GripperClose: line}.Validate()
}
