package sim

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// The simulated arm's mechanics: twice the gate's default speed, and far above its
// default accelerations, so that the gate's limits are the ones that are felt.
const (
	maxSpeed        = 500.0   // mm/s
	maxAcceleration = 20000.0 // mm/s²

	// lag is the time constant of the position loop.
	lag = 10 * time.Millisecond

	// resolution is the distance in mm at which the arm is where it was sent: a small
	// part of one count of a 4096-count servo on a 300 mm arm, which is 0.46 mm.
	resolution = 0.01

	integrationStep = time.Millisecond
)

// servo is a position loop with a first-order lag and limits on speed and acceleration.
// It is a value that changes only when it gets another target: where it is at any later
// moment follows from that.
type servo struct {
	since    safety.Instant // when it had position and velocity
	position safety.Point   // mm
	velocity safety.Point   // mm/s
	target   safety.Point   // mm
}

// standingAt returns a servo that stands at p.
func standingAt(p safety.Point) servo { return servo{position: p, target: p} }

// at returns the servo as it is at now. It does not go back in time.
func (s servo) at(now safety.Instant) servo {
	for s.since < now && !s.standing() {
		s = s.step(min(integrationStep, now-s.since))
	}
	s.since = max(s.since, now)
	return s
}

// sentTo returns the servo as it is at now, from when on it goes to target.
func (s servo) sentTo(now safety.Instant, target safety.Point) servo {
	s = s.at(now)
	s.target = target
	return s
}

func (s servo) standing() bool {
	return s.position == s.target && s.velocity == safety.Point{}
}

func (s servo) step(d time.Duration) servo {
	dt := d.Seconds()
	s.since += d
	way := s.target.Sub(s.position)
	distance := way.Norm()
	if distance <= resolution && s.velocity.Norm() <= maxAcceleration*dt {
		s.position, s.velocity = s.target, safety.Point{}
		return s
	}
	var wanted safety.Point
	if distance > 0 {
		wanted = way.Scale(approachSpeed(distance) / distance)
	}
	change := wanted.Sub(s.velocity)
	if size, most := change.Norm(), maxAcceleration*dt; size > most {
		change = change.Scale(most / size)
	}
	s.velocity = s.velocity.Add(change)
	s.position = s.position.Add(s.velocity.Scale(dt))
	return s
}

// approachSpeed returns the speed in mm/s at a distance in mm from the target: far out
// what a constant deceleration allows, a little below the limit to leave room for
// steering, and near it what the lag makes of it. The two meet with the same slope.
func approachSpeed(distance float64) float64 {
	const deceleration = 0.8 * maxAcceleration
	tau := lag.Seconds()
	if near := deceleration * tau * tau; distance > near {
		return min(maxSpeed, math.Sqrt(2*deceleration*(distance-near/2)))
	}
	return distance / tau
}

// speedWithin returns the highest speed in mm/s, in steps of 10, from which the arm comes
// to a stand within horizon when setpoints cease; 0 if there is none. The setpoints come
// 20 ms apart, the slower half of what is usual: the wider apart, the longer it takes.
func speedWithin(horizon time.Duration) float64 {
	const period = 20 * time.Millisecond
	for speed := maxSpeed; speed > 0; speed -= 10 {
		var s servo
		var now safety.Instant
		for range 25 { // far longer than it takes to follow evenly
			now += period
			s = s.sentTo(now, s.target.Add(safety.Point{X: speed * period.Seconds()}))
		}
		if s.at(now + horizon).standing() {
			return speed
		}
	}
	return 0
}
