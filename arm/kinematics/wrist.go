package kinematics

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// axisMargin is how near the tool point may come to the base's axis, in mm. One step of a bus
// servo (4096 a turn) moves the tool of an arm of 300 mm by half a millimetre: any
// nearer to the axis, that noise and not the target would decide the yaw.
const axisMargin = 1

// elbowMargin is how near the elbow may come to straight and to folded, in rad. There the
// elbow's two sides meet, and a millimetre of the tool's way asks for any turn of the
// elbow. A degree is ten steps of a bus servo, so that no noise changes the side, and costs an arm
// of 300 mm a hundredth of a millimetre of its reach.
const elbowMargin = math.Pi / 180

// wrist is where the wrist's axis must be for a tool point, as seen by the arm.
type wrist struct {
	yaw       float64 // rad, of the arm's plane: towards the tool point
	tool      float64 // mm, of the tool point from the base's axis
	distance  float64 // mm, from the shoulder's axis
	elevation float64 // rad above the horizontal, seen from the shoulder's axis
}

// wrist returns where the wrist must be for the tool point to be at p, the hand at pitch.
func (l Links) wrist(p safety.Point, pitch float64) wrist {
	sin, cos := math.Sincos(pitch)
	tool := math.Hypot(p.X, p.Y)
	out := tool - l.Hand*cos - l.Offset
	up := p.Z - l.Hand*sin - l.Height
	return wrist{
		yaw:       math.Atan2(p.Y, p.X),
		tool:      tool,
		distance:  math.Hypot(out, up),
		elevation: math.Atan2(up, out),
	}
}

// obstacle returns why the wrist cannot be at w, that of the tool point p, limits aside.
func (l Links) obstacle(w wrist, p safety.Point) error {
	outer, inner := l.Upper+l.Fore, math.Abs(l.Upper-l.Fore)
	switch bend := l.bend(w.distance); {
	case w.tool < axisMargin:
		return &Unreachable{Kind: OnBaseAxis, Point: p}
	case w.distance > outer:
		return &Unreachable{Kind: TooFar, Point: p, By: w.distance - outer}
	case w.distance < inner:
		return &Unreachable{Kind: TooNear, Point: p, By: inner - w.distance}
	case bend < elbowMargin:
		return &Unreachable{Kind: ElbowStraight, Point: p}
	case bend > math.Pi-elbowMargin:
		return &Unreachable{Kind: ElbowFolded, Point: p}
	}
	return nil
}

// bend returns the elbow's angle, 0 to π, with the wrist so far from the shoulder. It is
// the law of cosines for half the angle, exact to the last digits where the arccosine is
// not: straight and folded. Beyond either it stays at it.
func (l Links) bend(distance float64) float64 {
	outer, inner := l.Upper+l.Fore, l.Upper-l.Fore
	return 2 * math.Atan2(
		math.Sqrt(max(0, (outer-distance)*(outer+distance))),
		math.Sqrt(max(0, (distance-inner)*(distance+inner))))
}

// posture returns the posture with the wrist at w and the hand at pitch, side being the
// sign of the elbow's angle. What w lacks in reachability is left to obstacle.
func (l Links) posture(w wrist, pitch, side float64) Posture {
	elbow := side * l.bend(w.distance)
	sin, cos := math.Sincos(elbow)
	shoulder := w.elevation - math.Atan2(l.Fore*sin, l.Upper+l.Fore*cos)
	return Posture{Base: w.yaw, Shoulder: shoulder, Elbow: elbow, Wrist: pitch - shoulder - elbow}
}
