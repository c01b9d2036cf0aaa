package roarmemu

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// Lengths in mm (ARM_L1_LENGTH_MM … in RoArm-M2_config.h). z is measured from the shoulder's
// axis, which is baseHeight above the table.
const (
	baseHeight = 126.06
	upperUp    = 236.82 // from the shoulder's axis to the elbow's, along the upper arm
	upperAside = 30.0   // and across it
	foreAlong  = 280.15
	foreAside  = 1.73 // ARM_L3_LENGTH_MM_B_0, with a gripper
)

var (
	upperLength = math.Hypot(upperUp, upperAside)
	upperAngle  = math.Atan2(upperAside, upperUp)
	foreLength  = math.Hypot(foreAlong, foreAside) // l3
	foreAngle   = math.Atan2(foreAside, foreAlong) // t3rad
)

// joint indices of the servos, in the order of their ids 11, 12, 14 and 15.
const (
	base = iota
	shoulder
	elbow
	hand
	joints
)

// Counts of the servos (ARM_SERVO_MIDDLE_POS, ARM_SERVO_POS_RANGE).
const (
	countsPerTurn = 4096
	middle        = 2047
	elbowZero     = 1024
	elbowLowest   = 512 // -45°
	elbowHighest  = 3071
	handWidest    = 700 // 1.07 rad
	handClosest   = 3396
)

// angles are what the firmware calculates with, in rad. Base: left positive. Shoulder: from
// upright, forward positive. Elbow: from the upper arm's line, down positive. Hand: 3.14 is closed.
type angles [joints]float64

// forward returns where the hand is.
func (a angles) forward() safety.Point { return a.place(foreAngle) }

// reported returns where the firmware says that the hand is (RoArmM2_computePosbyJointRad,
// EEMode 0): it leaves out the forearm's bend, which its inverse kinematics have.
func (a angles) reported() safety.Point { return a.place(0) }

func (a angles) place(bend float64) safety.Point {
	up, fore := a.limbs(bend)
	r := upperLength*math.Cos(up) + foreLength*math.Cos(fore)
	return safety.Point{
		X: r * math.Cos(a[base]),
		Y: r * math.Sin(a[base]),
		Z: upperLength*math.Sin(up) + foreLength*math.Sin(fore),
	}
}

// limbs returns how far upper arm and forearm point up from level, in rad.
func (a angles) limbs(bend float64) (up, fore float64) {
	return math.Pi/2 - (a[shoulder] + upperAngle), math.Pi/2 - (a[elbow] + a[shoulder] + bend)
}

// gravity returns what part of the load that it has when the arm is stretched out level each
// joint has, negative where it pulls the other way. Half of the weight is at the elbow and half at
// the hand, which is assumed.
func (a angles) gravity() (part [joints]float64) {
	up, fore := a.limbs(foreAngle)
	elbowOut, foreOut := upperLength*math.Cos(up), foreLength*math.Cos(fore)
	part[shoulder] = (2*elbowOut + foreOut) / (2*upperLength + foreLength)
	part[elbow] = foreOut / foreLength
	return part
}

// inverse returns the angles for a place, NaN where there are none (simpleLinkageIkRad).
func inverse(p safety.Point, t float64) angles {
	r := math.Hypot(p.X, p.Y)
	far := math.Hypot(r, p.Z)
	psi := math.Acos((upperLength*upperLength+far*far-foreLength*foreLength)/(2*upperLength*far)) + upperAngle
	omega := math.Acos((foreLength*foreLength + far*far - upperLength*upperLength) / (2 * far * foreLength))
	return angles{
		base:     math.Atan2(p.Y, p.X),
		shoulder: math.Pi/2 - math.Atan2(p.Z, r) - psi,
		elbow:    psi + omega - foreAngle,
		hand:     t,
	}
}

func (a angles) nan() bool { return math.IsNaN(a[shoulder] + a[elbow]) }

// counts returns the goals of the servos, within what the firmware permits. The cast of a
// NaN is 0.
func (a angles) counts() (goal [joints]int) {
	cast := func(v float64) int {
		if math.IsNaN(v) {
			return 0
		}
		return int(math.Round(v))
	}
	within := func(v, low, high float64) float64 { return min(max(v, low), high) } // NaN stays
	goal[base] = cast(inCounts(-within(a[base], -math.Pi, math.Pi))) + middle
	goal[shoulder] = cast(inCounts(within(a[shoulder], -math.Pi/2, math.Pi/2))) + middle
	goal[elbow] = min(max(cast(math.Round(inCounts(a[elbow]))+elbowZero), elbowLowest), elbowHighest)
	goal[hand] = min(max(cast(inCounts(a[hand])), handWidest), handClosest)
	return goal
}

// measured returns the angles that the firmware reads from counts (calculateRadByFeedback).
func measured(counts [joints]float64) (a angles) {
	for j, c := range counts {
		a[j] = c * 2 * math.Pi / countsPerTurn
	}
	a[base] = math.Pi - a[base]
	a[shoulder] -= math.Pi
	a[elbow] -= math.Pi / 2
	return a
}
