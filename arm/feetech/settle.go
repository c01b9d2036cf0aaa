package feetech

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// profile is how a servo goes to a goal: at most at speed (counts/s), with accel (counts/s²)
// up and down.
type profile struct{ speed, accel float64 }

// rests returns how long a servo needs to come to rest at a goal that is way counts ahead,
// if it turns at speed towards it now (counts/s, negative: away from it).
func (p profile) rests(way, speed float64) time.Duration {
	if way < 0 {
		way, speed = -way, -speed
	}
	var seconds float64
	if speed < 0 { // it turns round first
		seconds, way, speed = -speed/p.accel, way+speed*speed/(2*p.accel), 0
	}
	if brake := speed * speed / (2 * p.accel); brake > way { // it overshoots and comes back
		seconds, way, speed = speed/p.accel, brake-way, 0
	}
	top := max(min(p.speed, math.Sqrt(p.accel*way+speed*speed/2)), speed)
	if top > 0 {
		ramps := (2*top*top - speed*speed) / (2 * p.accel)
		seconds += (2*top-speed)/p.accel + max(way-ramps, 0)/top
	}
	return time.Duration(seconds * float64(time.Second))
}

// drift is how much, in counts, the load on a servo may change on the way without its being
// taken for a way to go. A horizon of 100 ms loses 12 ms of its margin to it.
const drift = 10

// ahead returns how far a servo at position has to go to a goal, in counts. What its load
// keeps it from its goal by is no way to go.
func (s *slot) ahead(goal, position int) float64 {
	way := float64(goal - s.standing - position)
	return math.Copysign(max(math.Abs(way)-drift, 0), way)
}

// commits returns for how long the servo would turn on if goal were the last one that it gets.
func (s *slot) commits(goal int) time.Duration {
	p := profile{speed: float64(s.pace), accel: float64(s.accel * accelUnit)}
	return p.rests(s.ahead(goal, s.is.position), float64(s.is.speed))
}

const (
	// behind is how long a servo would need at its speed limit for what it has to go in excess of
	// its braking, if it is to be behind.
	behind = 20 * time.Millisecond
	// slowestPace is a part of the speed limit: it lets a servo begin to move. Nothing more is
	// taken for granted before it has moved.
	slowestPace = 10
)

// keepPace learns how fast the servo is. A weak supply, a load or an obstacle makes it slower than
// its speed limit: one that is behind and does not become faster can do no more. One that is seen
// to be faster can.
func (s *slot) keepPace(now safety.Instant) {
	speed, before := distance(s.incoming.speed, 0), distance(s.is.speed, 0)
	accel := float64(s.accel * accelUnit)
	excess := math.Abs(s.ahead(s.goal, s.incoming.position)) - float64(speed*speed)/(2*accel)
	rise := accel * (now - s.seen).Seconds() / 8
	if excess > float64(s.speed)*behind.Seconds() && float64(speed-before) < rise {
		s.pace = speed
	}
	s.pace = min(max(s.pace, speed, s.speed/slowestPace), s.speed)
}
