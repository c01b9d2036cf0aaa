package config

import (
	"github.com/aether-arm/aetherd/arm/grbl"
)

// Arm is the arm and its driver. The tables below it that belong to another
// driver are checked and have no effect.
type Arm struct {
	Name          string  `toml:"name"`
	Driver        string  `toml:"driver"`
	Horizon       Millis  `toml:"horizon_ms"`        // most motion that is ever committed to the controller
	WriteDeadline Millis  `toml:"write_deadline_ms"` // a write that takes longer is stuck
	ReopenMin     Millis  `toml:"reopen_min_ms"`     // first wait before a lost link is opened again
	ReopenMax     Millis  `toml:"reopen_max_ms"`     // longest such wait
	Serial        Serial  `toml:"serial"`
	Sim           Sim     `toml:"sim"`
	Feetech       Feetech `toml:"feetech"`
	Grbl          Grbl    `toml:"grbl"`
	Marlin        Marlin  `toml:"marlin"`
	Uarm          Uarm    `toml:"uarm"`
	Roarm         Roarm   `toml:"roarm"`
}

// The drivers, by the names that Arm.Driver has for them.
const (
	DriverSim     = "sim"
	DriverFeetech = "feetech"
	DriverGrbl    = "grbl"
	DriverMarlin  = "marlin"
	DriverUarm    = "uarm"
	DriverRoarm   = "roarm"
)

// Serial is the serial port of a driver that needs one.
type Serial struct {
	Port string `toml:"port"`
	Baud int    `toml:"baud"`
}

const (
	usualBaud = 115200  // of controllers behind USB
	busBaud   = 1000000 // of Feetech's servos as they are delivered
)

// Sim is the built-in simulator: where its arm stands at first, in mm, and
// the faults it plays. A fault of 0 does not happen.
type Sim struct {
	X               float64 `toml:"x"`
	Y               float64 `toml:"y"`
	Z               float64 `toml:"z"`
	StallAfter      Millis  `toml:"stall_after_ms"`
	DisconnectAfter Millis  `toml:"disconnect_after_ms"`
	ReconnectAfter  Millis  `toml:"reconnect_after_ms"`
	WriteDelay      Millis  `toml:"write_delay_ms"`
}

// Feetech is an arm of Feetech's bus servos: base, shoulder, elbow, wrist and a claw.
type Feetech struct {
	HandPitch      float64      `toml:"hand_pitch_deg"` // of the hand above the horizontal, kept in every posture
	MinVoltage     float64      `toml:"min_voltage"`
	MaxVoltage     float64      `toml:"max_voltage"`
	MaxTemperature int          `toml:"max_temperature"`  // °C
	MaxLoad        float64      `toml:"max_load_percent"` // of a servo's torque; more for longer is an overload
	Links          FeetechLinks `toml:"links"`
	Base           FeetechJoint `toml:"base"`
	Shoulder       FeetechJoint `toml:"shoulder"`
	Elbow          FeetechJoint `toml:"elbow"`
	Wrist          FeetechJoint `toml:"wrist"`
	Claw           FeetechClaw  `toml:"claw"`
}

// FeetechLinks are the lengths of the arm, in mm, from axis to axis.
type FeetechLinks struct {
	Height float64 `toml:"height_mm"` // of the shoulder's axis over the origin
	Offset float64 `toml:"offset_mm"` // of the shoulder's axis before the base's
	Upper  float64 `toml:"upper_mm"`
	Fore   float64 `toml:"fore_mm"`
	Hand   float64 `toml:"hand_mm"` // from the wrist's axis to the tool point
}

// FeetechJoint is one joint and its servo. The joints' angles are those of package
// kinematics.
type FeetechJoint struct {
	ID        int     `toml:"id"`
	Zero      int     `toml:"zero"`      // counts that the servo shows where the joint's angle is 0
	Direction int     `toml:"direction"` // 1, or -1 where the servo counts down as the angle grows
	Min       float64 `toml:"min_deg"`
	Max       float64 `toml:"max_deg"`
	Speed     float64 `toml:"speed_deg_s"`
	Accel     float64 `toml:"accel_deg_s2"`
	Torque    float64 `toml:"torque_percent"`
}

// FeetechClaw is the claw and its servo.
type FeetechClaw struct {
	ID     int     `toml:"id"`     // 0: there is no claw
	Open   int     `toml:"open"`   // counts
	Closed int     `toml:"closed"` // counts
	Speed  float64 `toml:"speed_deg_s"`
	Torque float64 `toml:"torque_percent"` // how firmly it grips
}

// Grbl is a controller that runs Grbl or grblHAL.
type Grbl struct {
	GripperOpen  string `toml:"gripper_open"`  // one line of G-code
	GripperClose string `toml:"gripper_close"` // one line of G-code
	Unlock       bool   `toml:"unlock"`        // an accepted reset sends $X to a locked controller
}

// Marlin is a controller that runs Marlin.
type Marlin struct {
	GripperOpen      string `toml:"gripper_open"`      // one line of G-code; "", and the other as well: no gripper
	GripperClose     string `toml:"gripper_close"`     // one line of G-code
	RealtimePosition bool   `toml:"realtime_position"` // it is built with M114_REALTIME
}

// Uarm is a uArm Swift or Swift Pro.
type Uarm struct {
	Tool string `toml:"tool"` // "gripper" or "pump"
}

// Roarm is a RoArm-M2.
type Roarm struct {
	GripperOpen   float64 `toml:"gripper_open_deg"`
	GripperClosed float64 `toml:"gripper_closed_deg"`
	GripForce     int     `toml:"grip_force"` // as T:107 takes it; 0: as the arm has it
}

func defaultArm() Arm {
	joint := func(id int, least, most float64) FeetechJoint {
		return FeetechJoint{ID: id, Zero: 2048, Direction: 1, Min: least, Max: most, Speed: 90, Accel: 1800, Torque: 80}
	}
	return Arm{
		Name:          "arm",
		Driver:        DriverSim,
		Horizon:       100,
		WriteDeadline: 50,
		ReopenMin:     250,
		ReopenMax:     5000,
		Serial:        Serial{Baud: usualBaud},
		Sim:           Sim{X: 200, Y: 0, Z: 150},
		Feetech: Feetech{
			MinVoltage:     9,
			MaxVoltage:     13,
			MaxTemperature: 65,
			MaxLoad:        90,
			Links:          FeetechLinks{Height: 100, Upper: 120, Fore: 120, Hand: 80},
			Base:           joint(1, -90, 90),
			Shoulder:       joint(2, 0, 150),
			Elbow:          joint(3, -150, 0),
			Wrist:          joint(4, -100, 100),
			Claw:           FeetechClaw{Open: 2500, Closed: 2048, Speed: 90, Torque: 40},
		},
		Grbl:  Grbl{GripperOpen: grbl.DefaultGripperOpen, GripperClose: grbl.DefaultGripperClose},
		Uarm:  Uarm{Tool: "gripper"},
		Roarm: Roarm{GripperOpen: 90, GripperClosed: 180},
	}
}
