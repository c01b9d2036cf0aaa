package grblemu

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// axes holds one value per axis: X, Y, Z. Positions are in mm in the machine's
// frame, speeds in mm/s, accelerations in mm/s².
type axes [3]float64

func axesOf(p safety.Point) axes { return axes{p.X, p.Y, p.Z} }

func (a axes) plus(b axes) axes      { return axes{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }
func (a axes) minus(b axes) axes     { return axes{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
func (a axes) times(k float64) axes  { return axes{k * a[0], k * a[1], k * a[2]} }
func (a axes) dot(b axes) float64    { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func (a axes) length() float64       { return math.Sqrt(a.dot(a)) }
func (a axes) unit() (axes, float64) { n := a.length(); return a.times(1 / n), n }

// inSteps returns a moved to the nearest whole step of every axis.
func (a axes) inSteps(perMM axes) axes {
	for i, k := range perMM {
		a[i] = math.Round(a[i]*k) / k
	}
	return a
}

// along returns the largest length of a vector in the direction of unit whose
// components stay within the limits a: Grbl scales speed and acceleration so.
func (a axes) along(unit axes) float64 {
	least := math.Inf(1)
	for i, u := range unit {
		if u != 0 {
			least = min(least, math.Abs(a[i]/u))
		}
	}
	return least
}
