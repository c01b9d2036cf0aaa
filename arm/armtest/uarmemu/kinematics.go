package uarmemu

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// The geometry in mm, from uArmParams.h and uArmAPI.h, with the gripper on.
const (
	baseHeight = 106.6  // MATH_L1
	baseOffset = 13.2   // MATH_L2
	lowerArm   = 142.07 // MATH_LOWER_ARM
	upperArm   = 158.81 // MATH_UPPER_ARM
	toolFront  = 56.65  // DEFAULT_NORMAL_FRONT
	toolHeight = 74.55  // DEFAULT_NORMAL_HEIGHT
)

// joints are the angles in degrees, as P2200 shows them. The base points along x at 90°.
type joints struct{ base, left, right float64 }

func degrees(rad float64) float64 { return rad * 180 / math.Pi }
func radians(deg float64) float64 { return deg * math.Pi / 180 }

// inverse returns the joints that bring the tool to p. ok is false where the firmware calls
// p unreachable: behind the base, too far, too near, or beyond a joint's stop.
func inverse(p safety.Point) (q joints, ok bool) {
	if p.X < 0.1 {
		p.X = 0.1 // the firmware takes every point behind the base for one beside it
	}
	q.base = 90 + degrees(math.Atan2(p.Y, p.X))
	out := math.Hypot(p.X, p.Y) - baseOffset - toolFront
	up := p.Z + toolHeight - baseHeight
	reach := math.Hypot(out, up)
	if !(reach > 0) || !(out > 0) {
		return joints{}, false
	}
	phi := math.Atan(up / out)
	q.left = degrees(math.Acos((reach*reach+lowerArm*lowerArm-upperArm*upperArm)/(2*reach*lowerArm)) + phi)
	q.right = degrees(math.Acos((reach*reach+upperArm*upperArm-lowerArm*lowerArm)/(2*reach*upperArm)) - phi)
	return q, q.within()
}

// within reports whether the angles are between the stops (uArmParams.h).
func (q joints) within() bool {
	between := 180 - q.left - q.right
	return q.base >= 0 && q.base <= 180 &&
		q.left >= 0 && q.left <= 135.6 &&
		q.right >= 0 && q.right <= 100.7 &&
		between >= 10 && between <= 151
}

// forward returns where the joints bring the tool.
func forward(q joints) safety.Point {
	left, right, yaw := radians(q.left), radians(q.right), radians(q.base-90)
	out := lowerArm*math.Cos(left) + upperArm*math.Cos(right) + baseOffset + toolFront
	up := lowerArm*math.Sin(left) - upperArm*math.Sin(right) + baseHeight
	return safety.Point{X: out * math.Cos(yaw), Y: out * math.Sin(yaw), Z: up - toolHeight}
}

// count is the resolution of the encoders in degrees: 12 bits a turn.
const count = 360.0 / 4096

// encoders returns what the joints' encoders show for the true place of the arm, zeros where
// a hand has put it beyond what the joints reach.
func encoders(at safety.Point) joints {
	q, ok := inverse(at)
	if !ok {
		return joints{}
	}
	return joints{round(q.base), round(q.left), round(q.right)}
}

func round(angle float64) float64 { return math.Round(angle/count) * count }

// measured returns where the controller sees the arm, in mm.
func measured(at safety.Point) safety.Point {
	if _, ok := inverse(at); !ok {
		return at
	}
	return forward(encoders(at))
}

// readEncoders makes the controller believe the encoders, which it cannot read without 12 V.
func (a *Arm) readEncoders() {
	if !a.power {
		a.send(noPower)
		return
	}
	a.program.target = measured(a.motor.at)
}
