package kinematics

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

const degree = math.Pi / 180

// desk is an arm of the usual kind: elbow up only, the hand level.
func desk() *Arm {
	joint := func(least, most float64) Joint {
		return Joint{Min: least * degree, Max: most * degree, Zero: math.Pi, Direction: -1, Speed: 3}
	}
	return &Arm{
		Links:  Links{Height: 100, Offset: 20, Upper: 120, Fore: 130, Hand: 80},
		Joints: [Joints]Joint{joint(-135, 135), joint(-10, 150), joint(-150, 0), joint(-110, 110)},
	}
}

// breed is a random arm with a posture that it surely can take.
type breed struct {
	*Arm
	home Posture
}

// limits is how an arm's joints are limited.
type limits int

const (
	mixed limits = iota // some joints tight, some wide
	tight               // one side of the elbow, less than a turn a joint: one posture a point
	wide                // no joint comes to a limit
)

func drawArm(t *rapid.T, l limits) breed {
	length := func(name string, least, most float64) float64 { return rapid.Float64Range(least, most).Draw(t, name) }
	a := &Arm{
		Links: Links{Height: length("height", -50, 300), Offset: length("offset", -40, 80),
			Upper: length("upper", 30, 400), Fore: length("fore", 30, 400), Hand: length("hand", 0, 200)},
		Pitch: length("pitch", -math.Pi, math.Pi),
	}
	home := rapid.Custom(func(t *rapid.T) Posture {
		q := Posture{Base: rapid.Float64Range(-3, 3).Draw(t, "base"), Shoulder: rapid.Float64Range(-1.5, 3).Draw(t, "shoulder")}
		q[Elbow] = rapid.Float64Range(0.1, 2.8).Draw(t, "elbow") * rapid.SampledFrom([]float64{-1, 1}).Draw(t, "side")
		q[Wrist] = math.Remainder(a.Pitch-q[Shoulder]-q[Elbow], 2*math.Pi)
		return q
	}).Filter(func(q Posture) bool { return a.clear(q) }).Draw(t, "home")
	for i := range a.Joints {
		a.Joints[i] = Joint{
			Min:       home[i] - rapid.Float64Range(0.02, 3).Draw(t, "room below"),
			Max:       home[i] + rapid.Float64Range(0.02, 3).Draw(t, "room above"),
			Zero:      rapid.Float64Range(-math.Pi, math.Pi).Draw(t, "zero"),
			Direction: rapid.SampledFrom([]float64{-1, 1}).Draw(t, "direction"),
			Speed:     rapid.Float64Range(0.2, 10).Draw(t, "speed"),
		}
		if l == wide || l == mixed && rapid.Bool().Draw(t, "wide") {
			a.Joints[i].Min, a.Joints[i].Max = -4*math.Pi, 4*math.Pi
		}
	}
	if e := &a.Joints[Elbow]; l == tight {
		if home[Elbow] > 0 {
			e.Min, e.Max = max(e.Min, 0), min(e.Max, math.Pi)
		} else {
			e.Min, e.Max = max(e.Min, -math.Pi), min(e.Max, 0)
		}
	}
	if err := a.Validate(); err != nil {
		t.Fatal(err)
	}
	return breed{Arm: a, home: home}
}

// clear reports whether q faces its tool point and keeps twice the margins.
func (a *Arm) clear(q Posture) bool {
	ahead := q
	ahead[Base] = 0
	return a.Forward(ahead).X > 2*axisMargin && math.Abs(math.Sin(q[Elbow])) > math.Sin(2*elbowMargin)
}

// drawPosture draws a posture within the limits, clear, with the hand at the arm's pitch.
func (b breed) drawPosture(t *rapid.T) Posture {
	var way Posture
	for _, i := range []int{Base, Shoulder, Elbow} {
		way[i] = rapid.Float64Range(b.Joints[i].Min, b.Joints[i].Max).Draw(t, Name(i)) - b.home[i]
	}
	way[Wrist] = -way[Shoulder] - way[Elbow]
	for part := 1.0; part > 0.01; part *= 0.8 {
		q := b.home
		for i := range q {
			q[i] += part * way[i]
		}
		if b.within(q, 0) && b.clear(q) {
			return q
		}
	}
	return b.home
}

// drawPoint draws a point that may be reachable.
func (b breed) drawPoint(t *rapid.T) safety.Point {
	span := b.Links.Upper + b.Links.Fore + b.Links.Hand + 100
	coordinate := rapid.Float64Range(-span, span)
	return safety.Point{X: coordinate.Draw(t, "x"), Y: coordinate.Draw(t, "y"), Z: coordinate.Draw(t, "z")}
}

// drawNear draws any posture.
func drawNear(t *rapid.T) Posture {
	var q Posture
	for i := range q {
		q[i] = rapid.Float64Range(-15, 15).Draw(t, "near "+Name(i))
	}
	return q
}

// within reports whether every joint is within its limits, and slack away from them.
func (a *Arm) within(q Posture, slack float64) bool {
	for i, j := range a.Joints {
		if !(q[i] >= j.Min+slack && q[i] <= j.Max-slack) {
			return false
		}
	}
	return true
}

// apart returns the largest difference of a joint, in rad.
func apart(q, r Posture) float64 {
	var most float64
	for i := range q {
		most = max(most, math.Abs(q[i]-r[i]))
	}
	return most
}

// tooFast returns by how many rad some joint is too fast.
func (a *Arm) tooFast(from, to Posture, dt time.Duration) float64 {
	by := math.Inf(-1)
	for i, j := range a.Joints {
		by = max(by, math.Abs(to[i]-from[i])-j.Speed*dt.Seconds())
	}
	return by
}

func between(start, end safety.Point, part float64) safety.Point {
	return start.Scale(1 - part).Add(end.Scale(part))
}

func gap(p, q safety.Point) float64 { return p.Sub(q).Norm() }

func TestDeskIsValid(t *testing.T) {
	if err := desk().Validate(); err != nil {
		t.Fatal(err)
	}
}
