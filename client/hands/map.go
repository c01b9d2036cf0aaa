package hands

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/aether-arm/aetherd/safety"
)

// Axes says where the picture's axes lead: right, up and near, in this order, each to an axis
// of the arm (0: x, forward; 1: y, left; 2: z, up), forwards or backwards.
type Axes [3]Axis

// Axis is an axis of the arm with a sign, +1 or -1.
type Axis struct {
	Arm  int
	Sign float64
}

// depth is the picture's axis that the laptop program does not always know.
const depth = 2

// BehindTheArm is for a person who stands behind the arm, looks where it reaches, and sees
// herself in the webcam as in a mirror: right is right, up is up, and a hand pushed towards
// the camera pushes the arm forward.
var BehindTheArm = Axes{{1, -1}, {2, 1}, {0, 1}}

const axisNames = "xyz"

// ParseAxes reads three axes of the arm, each once, with or without a sign: "-y,z,x".
func ParseAxes(text string) (a Axes, err error) {
	words := strings.Split(text, ",")
	if len(words) != len(a) {
		return a, fmt.Errorf("%q are not three axes: where the picture's right, up and near lead, such as -y,z,x", text)
	}
	used := [3]bool{}
	for i, word := range words {
		name := strings.TrimSpace(word)
		a[i].Sign = 1
		if signed := strings.TrimLeft(name, "+-"); len(signed) < len(name) {
			if name[0] == '-' {
				a[i].Sign = -1
			}
			name = name[1:]
		}
		a[i].Arm = strings.Index(axisNames, name)
		if len(name) != 1 || a[i].Arm < 0 {
			return a, fmt.Errorf("%q is not an axis of the arm: x (forward), y (left) or z (up), or -x, -y, -z", word)
		}
		if used[a[i].Arm] {
			return a, fmt.Errorf("%q leads to %s twice", text, name)
		}
		used[a[i].Arm] = true
	}
	return a, nil
}

func (a Axes) String() string {
	var words []string
	for _, axis := range a {
		sign := ""
		if axis.Sign < 0 {
			sign = "-"
		}
		words = append(words, sign+axisNames[axis.Arm:axis.Arm+1])
	}
	return strings.Join(words, ",")
}

// Box is the part of the workspace that the hand's box is placed on, mm.
type Box struct{ Min, Max safety.Point }

// ParseBox reads two opposite corners: "160,-110,90:240,110,210".
func ParseBox(text string) (b Box, err error) {
	one, other, ok := strings.Cut(text, ":")
	if !ok {
		return b, fmt.Errorf("%q are not two corners: x,y,z:x,y,z in mm", text)
	}
	p, err := parsePoint(one)
	if err != nil {
		return b, err
	}
	q, err := parsePoint(other)
	if err != nil {
		return b, err
	}
	for i := range axisNames {
		low, high := min(*along(&p, i), *along(&q, i)), max(*along(&p, i), *along(&q, i))
		if high-low < 1 {
			return b, fmt.Errorf("%q is not 1 mm long in %c", text, axisNames[i])
		}
		*along(&b.Min, i), *along(&b.Max, i) = low, high
	}
	return b, nil
}

func parsePoint(text string) (p safety.Point, err error) {
	words := strings.Split(text, ",")
	if len(words) != len(axisNames) {
		return p, fmt.Errorf("%q is not a point: x,y,z in mm", text)
	}
	for i, word := range words {
		v, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return p, fmt.Errorf("%q is not a coordinate in mm", word)
		}
		*along(&p, i) = v
	}
	return p, nil
}

func (b Box) String() string {
	return fmt.Sprintf("x %.0f…%.0f, y %.0f…%.0f, z %.0f…%.0f mm", b.Min.X, b.Max.X, b.Min.Y, b.Max.Y, b.Min.Z, b.Max.Z)
}

// Inside returns nil where all of b is in the workspace w, and otherwise what is not.
func (b Box) Inside(w Box) error {
	var errs []error
	for i := range axisNames {
		if *along(&b.Min, i) < *along(&w.Min, i) || *along(&b.Max, i) > *along(&w.Max, i) {
			errs = append(errs, fmt.Errorf("the box goes from %g to %g in %c, the workspace from %g to %g",
				*along(&b.Min, i), *along(&b.Max, i), axisNames[i], *along(&w.Min, i), *along(&w.Max, i)))
		}
	}
	return errors.Join(errs...)
}

// Beyond returns how far p is outside of b, mm; 0 inside.
func (b Box) Beyond(p safety.Point) float64 { return p.Sub(b.nearest(p)).Norm() }

func (b Box) nearest(p safety.Point) safety.Point {
	for i := range axisNames {
		*along(&p, i) = min(max(*along(&p, i), *along(&b.Min, i)), *along(&b.Max, i))
	}
	return p
}

// reach is how far a hand at the edge of its box leads the arm from the middle of the box that
// Around makes, mm: right, up and near. They suit Aether's own arm, whose workspace is 90 × 240
// × 130 mm.
var reach = [3]float64{110, 60, 40}

// Around returns a box about p, where the arm is, moved and cut so that it is inside the
// workspace w.
func (a Axes) Around(p safety.Point, w Box) (b Box) {
	for i, axis := range a {
		low, high := *along(&w.Min, axis.Arm), *along(&w.Max, axis.Arm)
		size := min(2*reach[i], high-low)
		from := max(min(*along(&p, axis.Arm)-size/2, high-size), low)
		*along(&b.Min, axis.Arm), *along(&b.Max, axis.Arm) = from, min(from+size, high)
	}
	return b
}

// Map places the hand's box on a part of the workspace.
type Map struct {
	Axes Axes
	Box  Box
}

// Place returns where in the box (mm) the hand of f is; where its depth is not known, that of
// instead is taken, or the box's end that is nearest to it.
func (m *Map) Place(f *Frame, instead safety.Point) safety.Point {
	p := m.Box.nearest(instead)
	for i, v := range [3]float64{f.X, f.Y, f.Z} {
		axis := m.Axes[i]
		if i == depth && !f.HasZ {
			continue
		}
		low, high := *along(&m.Box.Min, axis.Arm), *along(&m.Box.Max, axis.Arm)
		part := (1 + axis.Sign*v/Edge) / 2
		*along(&p, axis.Arm) = min(low+part*(high-low), high)
	}
	return p
}

// directions are the picture's, against and along its axes.
var directions = [3][2]string{{"left", "right"}, {"down", "up"}, {"back", "near the camera"}}

// Direct says how far the hand has to go (mm, of the arm) and in which direction of the
// picture, the longest way first; what is less than 5 mm is not said.
func (m *Map) Direct(way safety.Point) string {
	type part struct {
		mm   float64
		word string
	}
	var parts []part
	for i, axis := range m.Axes {
		mm, word := *along(&way, axis.Arm)*axis.Sign, directions[i][1]
		if mm < 0 {
			mm, word = -mm, directions[i][0]
		}
		if mm >= 5 {
			parts = append(parts, part{mm, word})
		}
	}
	slices.SortStableFunc(parts, func(p, q part) int { return int(math.Copysign(1, q.mm-p.mm)) })
	var words []string
	for _, p := range parts {
		words = append(words, fmt.Sprintf("%.0f mm %s", p.mm, p.word))
	}
	return strings.Join(words, ", ")
}

// along returns the coordinate of p along an axis of the arm.
func along(p *safety.Point, axis int) *float64 {
	return [...]*float64{&p.X, &p.Y, &p.Z}[axis]
}
