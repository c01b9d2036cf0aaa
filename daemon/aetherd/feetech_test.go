package main

import (
	"math"
	"regexp"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// feetechArm is the geometry of feetechKind.
var feetechArm = func() kinematics.Arm {
	a := kinematics.Arm{Links: kinematics.Links{Height: 100, Upper: 120, Fore: 120, Hand: 80}}
	for i, limits := range [kinematics.Joints][2]float64{{-90, 90}, {0, 150}, {-150, 0}, {-100, 100}} {
		a.Joints[i] = kinematics.Joint{Min: limits[0] * math.Pi / 180, Max: limits[1] * math.Pi / 180, Zero: math.Pi, Direction: 1, Speed: math.Pi}
	}
	return a
}()

const counts = 4096 / (2 * math.Pi) // of a servo, in a rad

var feetechHome = safety.Point{X: 180, Y: -95, Z: 120}

var feetechKind = kind{
	name:    "feetech",
	machine: feetechBus(feetechHome),
	horizon: 100 * time.Millisecond, tickHz: 100,
	lines: []string{
		"arm.serial.baud = 1000000",
		"arm.feetech.links.height_mm = 100", "arm.feetech.links.upper_mm = 120", "arm.feetech.links.fore_mm = 120", "arm.feetech.links.hand_mm = 80",
		"arm.feetech.base.id = 1", "arm.feetech.base.zero = 2048", "arm.feetech.base.min_deg = -90", "arm.feetech.base.max_deg = 90",
		"arm.feetech.shoulder.id = 2", "arm.feetech.shoulder.zero = 2048", "arm.feetech.shoulder.min_deg = 0", "arm.feetech.shoulder.max_deg = 150",
		"arm.feetech.elbow.id = 3", "arm.feetech.elbow.zero = 2048", "arm.feetech.elbow.min_deg = -150", "arm.feetech.elbow.max_deg = 0",
		"arm.feetech.wrist.id = 4", "arm.feetech.wrist.zero = 2048", "arm.feetech.wrist.min_deg = -100", "arm.feetech.wrist.max_deg = 100",
		"arm.feetech.claw.id = 5",
	},
	workspace: safety.Box{
		Min: safety.Point{X: 150, Y: -100, Z: 90},
		Max: safety.Point{X: 220, Y: 100, Z: 180},
	},
	home: feetechHome, far: safety.Point{X: 180, Y: 95, Z: 120}, other: safety.Point{X: 210, Y: -80, Z: 170},
	tolerance: 2, // a count of the shoulder is 0.4 mm
	place: func(e armtest.Event) safety.Point {
		var q kinematics.Posture
		for i := range min(len(q), len(e.Joints)) { // the first events have none
			q[i] = feetechArm.Joints[i].Angle(e.Joints[i])
		}
		return feetechArm.Forward(q)
	},
	goal: func(e armtest.Event) string {
		if e.Ev == armtest.EvLine && syncWrite.MatchString(e.Text) {
			return e.Text
		}
		return ""
	},
	holds: true,
	refusals: []refused{
		{name: "servo gone", fault: "drop 3", words: []string{"elbow", "does not answer"}, locked: true, mend: "back 3"},
		{name: "hot", fault: "temperature 2 68", words: []string{"shoulder", "temperature 68"}, locked: true, mend: "temperature 2 30"},
	},
}

// syncWrite is a packet to all servos that writes their goals.
var syncWrite = regexp.MustCompile(`^FF FF FE [0-9A-F]{2} 83 2[9A] `)

// feetechBus has the arm stand at p.
func feetechBus(p safety.Point) feetechemu.Config {
	posture, err := feetechArm.Inverse(p, kinematics.Posture{kinematics.Elbow: -1})
	if err != nil {
		panic(err)
	}
	var bus feetechemu.Config
	for i, angle := range posture {
		position := math.Round(feetechArm.Joints[i].Actuator(angle) * counts)
		bus.Servos = append(bus.Servos, feetechemu.Servo{ID: i + 1, Position: int(position)})
	}
	bus.Servos = append(bus.Servos, feetechemu.Servo{ID: 5, Position: 2048})
	return bus
}
