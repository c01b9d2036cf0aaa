package roarmemu

import (
	"math"
	"time"
)

// tick is how finely motion is played.
const tick = time.Millisecond

// servo is one bus servo, in counts.
type servo struct {
	pos, vel float64 // counts, counts/s
	goal     int
	speed    float64 // counts/s, of the order under way; 0: no limit but its own
	accel    float64 // counts/s², likewise
	sag      float64 // counts, how far from its goal it rests
}

func (s *servo) settled() bool { return s.vel == 0 && s.pos == s.end() }

// end returns where the servo comes to rest.
func (s *servo) end() float64 { return float64(s.goal) + s.sag }

// bear puts a load on the servo, by how far that makes it sag. Its friction swallows small
// changes.
func (s *servo) bear(sag float64) {
	const friction = 0.25 // counts
	if math.Abs(sag-s.sag) > friction {
		s.sag = sag
	}
}

// order gives the servo a goal. speed is in counts/s, acc in 100 counts/s²; 0 is no limit.
func (s *servo) order(goal int, speed, acc float64) {
	s.goal, s.speed, s.accel = goal, math.Abs(speed), math.Abs(acc)*100
}

// advance plays one tick towards the goal.
func (s *servo) advance(maxSpeed, maxAccel float64) {
	dt := tick.Seconds()
	if s.speed > 0 {
		maxSpeed = min(maxSpeed, s.speed)
	}
	if s.accel > 0 {
		maxAccel = min(maxAccel, s.accel)
	}
	way := s.end() - s.pos
	if math.Abs(way) <= maxAccel*dt*dt && math.Abs(s.vel) <= 2*maxAccel*dt {
		s.pos, s.vel = s.end(), 0
		return
	}
	// Braking begins a little early, so that the last tick does not overshoot.
	wanted := min(maxSpeed, math.Sqrt(1.8*maxAccel*math.Abs(way)), math.Abs(way)/dt)
	change := math.Copysign(wanted, way) - s.vel
	s.vel += min(max(change, -maxAccel*dt), maxAccel*dt)
	s.pos += s.vel * dt
}

// fall plays one tick without torque, towards an angle at which the limb hangs or lies.
func (s *servo) fall(to float64) {
	const speed = 800 // counts/s: an arm of a kilogram, braked by its gears
	way := min(max(to-s.pos, -speed*tick.Seconds()), speed*tick.Seconds())
	s.pos += way
	s.vel = way / tick.Seconds()
}
