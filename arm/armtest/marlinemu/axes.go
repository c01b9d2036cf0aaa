package marlinemu

import (
	"math"

	"github.com/aether-arm/aetherd/safety"
)

// axes is a value for each of X, Y and Z.
type axes [3]float64

const axisLetters = "XYZ"

func axesOf(p safety.Point) axes { return axes{p.X, p.Y, p.Z} }

func (a axes) plus(b axes) axes {
	for i := range a {
		a[i] += b[i]
	}
	return a
}

func (a axes) minus(b axes) axes { return a.plus(b.times(-1)) }

func (a axes) times(k float64) axes {
	for i := range a {
		a[i] *= k
	}
	return a
}

func (a axes) dot(b axes) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func (a axes) norm() float64 { return math.Sqrt(a.dot(a)) }

// stepsPerMM is M92, of every axis: Marlin's default for X and Y.
const stepsPerMM = 80

// inSteps returns a as the motors can stand, in mm.
func (a axes) inSteps() axes {
	for i := range a {
		a[i] = math.Round(a[i]*stepsPerMM) / stepsPerMM
	}
	return a
}

// steps returns the most steps of an axis.
func (a axes) steps() float64 {
	most := 0.0
	for _, v := range a {
		most = max(most, math.Abs(math.Round(v*stepsPerMM)))
	}
	return most
}

// limit returns by how much to scale along, at most 1, so that no axis exceeds its limit.
func (a axes) limit(along axes, size float64) float64 {
	k := 1.0
	for i := range a {
		if v := math.Abs(along[i]) * size; v > a[i] {
			k = min(k, a[i]/v)
		}
	}
	return k
}
