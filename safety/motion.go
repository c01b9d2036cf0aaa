package safety

import "math"

// closeEnough is the distance in mm below which two positions are the same. It is
// far above the rounding of float64 at arm's length, far below any arm's repeatability.
const closeEnough = 1e-9

// motion turns one target into setpoints, one a tick, within the limits.
//
// It keeps one invariant from tick to tick: braking straight ahead from here with the
// ordinary acceleration ends inside the workspace. A box is convex, so the braking path
// between two points inside is inside as well, and "brake now" is always an admissible
// step. Every other step is admitted only if it keeps the invariant.
type motion struct {
	limits Limits
	box    Box
	dt     float64 // s, one tick

	pos    Point // mm, the last setpoint
	vel    Point // mm/s, over the tick that led to it
	target Point // mm
	cruise float64
	goal   goal
}

type goal uint8

const (
	rest  goal = iota // stands, or decelerates to a stand
	seek              // goes to the target
	pause             // decelerates at the ordinary rate and keeps the target
)

func (m *motion) standing() bool { return m.vel == Point{} }

// place puts the setpoint at p, standing.
func (m *motion) place(p Point) {
	m.pos, m.vel, m.target, m.goal = p, Point{}, p, rest
}

// arrived reports whether the setpoint stands at the target.
func (m *motion) arrived() bool { return m.standing() && m.pos == m.target }

// step advances the setpoint by one tick. It reports whether the position changed.
func (m *motion) step() (moved bool) {
	var v Point
	switch m.goal {
	case seek:
		v = m.towards()
	case pause:
		v = m.braked(m.limits.Accel)
	default:
		v = m.braked(m.limits.StopAccel)
	}
	if v == (Point{}) {
		m.vel = v
		return false
	}
	from := m.pos
	m.pos = m.pos.Add(v.Scale(m.dt))
	m.vel = v
	if m.goal == seek && m.pos.Sub(m.target).Norm() < closeEnough {
		m.pos = m.target
	}
	m.pos = m.box.including(from).Clamp(m.pos)
	return m.pos != from
}

// shorten takes back all but a part of the step that began at from. The setpoint becomes
// slower, and so needs less room to brake than it had.
func (m *motion) shorten(from Point, part float64) {
	m.pos = from.Add(m.pos.Sub(from).Scale(part))
	m.vel = m.vel.Scale(part)
}

// braked returns the velocity one tick of deceleration later, along the present line.
func (m *motion) braked(accel float64) Point {
	speed := m.vel.Norm()
	left := speed - accel*m.dt
	if left <= closeEnough {
		return Point{}
	}
	return m.vel.Scale(left / speed)
}

// towards returns the velocity of a step to the target: as near to the straight line
// at the permitted speed as acceleration and workspace allow.
func (m *motion) towards() Point {
	way := m.target.Sub(m.pos)
	distance := way.Norm()
	var wanted Point
	if distance > 0 {
		speed := min(m.cruise, approachSpeed(distance, m.limits.Accel, m.dt))
		wanted = way.Scale(speed / distance)
	}
	change := wanted.Sub(m.vel)
	if size, most := change.Norm(), m.limits.Accel*m.dt; size > most {
		change = change.Scale(most / size)
	}
	free := m.vel.Add(change)
	if m.canStopInside(free) {
		return free
	}
	// Both ends are within the acceleration limit, so every blend of them is as well.
	brake := m.braked(m.limits.Accel)
	low, high := 0.0, 1.0
	for range 20 { // to a millionth of the way between the two
		if middle := (low + high) / 2; m.canStopInside(blend(brake, free, middle)) {
			low = middle
		} else {
			high = middle
		}
	}
	return blend(brake, free, low)
}

func blend(a, b Point, k float64) Point { return a.Scale(1 - k).Add(b.Scale(k)) }

// canStopInside reports whether one tick at v and then braking straight ahead ends
// inside the workspace (or no farther out than now).
func (m *motion) canStopInside(v Point) bool {
	speed := v.Norm()
	if speed == 0 {
		return true
	}
	travel := speed*m.dt + stopDistance(speed, m.limits.Accel, m.dt)
	end := m.pos.Add(v.Scale(travel / speed))
	box := m.box.including(m.pos)
	return end.Sub(box.Clamp(end)).Norm() < closeEnough
}

// stopDistance returns how far the setpoint goes after this tick when it loses accel·dt
// of speed at each tick that follows: the sum of (speed − k·accel·dt)·dt over k = 1, 2, …
// while it is positive.
func stopDistance(speed, accel, dt float64) float64 {
	n := math.Floor(speed / (accel * dt))
	return n*speed*dt - accel*dt*dt*n*(n+1)/2
}

// approachSpeed returns the highest speed for one tick after which braking still ends at
// distance: the inverse of speed·dt + stopDistance(speed), which is linear between the
// multiples n of accel·dt.
func approachSpeed(distance, accel, dt float64) float64 {
	unit := accel * dt * dt
	n := math.Floor((math.Sqrt(1+8*distance/unit) - 1) / 2)
	return (distance/dt + accel*dt*n*(n+1)/2) / (n + 1)
}
