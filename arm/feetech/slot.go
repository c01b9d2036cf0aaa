package feetech

import (
	"math"

	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

const clawName = "claw"

// slot is one servo: what it is told, and what it says.
type slot struct {
	name string
	id   byte

	// With every goal.
	accel  int // in units of accelUnit
	speed  int // counts/s
	torque int // 0.1 %

	low, high int // counts, of every goal
	goal      int // counts

	fresh    bool // of the reader: has answered in this cycle,
	incoming live // with this

	is     live // as of the last cycle in which it answered
	seen   safety.Instant
	misses int // cycles since then
	pace   int // counts/s, the most that it is known to do

	anchor     int // counts: where it has been since stillSince
	stillSince safety.Instant
	strayed    safety.Instant // when it was away from its goal last, for more than its load
	standing   int            // counts, from where it stands to its goal: what its load costs
	follow     following

	loadSince safety.Instant // since when is.load is above the limit, or unloaded
	now, last trouble        // in the last cycle and in the one before
	told      trouble
}

const unloaded safety.Instant = -1

// newSlots returns a slot for every servo, the claw's last.
func newSlots(c Config) []slot {
	slots := make([]slot, 0, kinematics.Joints+1)
	for i, servo := range c.Servos {
		j := c.Arm.Joints[i]
		low, high := countsOf(j, j.Min), countsOf(j, j.Max)
		slots = append(slots, slot{
			name:   kinematics.Name(i),
			id:     byte(servo.ID),
			accel:  int(servo.Accel * countsPerRad / accelUnit),
			speed:  int(math.Ceil(j.Speed * countsPerRad)),
			torque: torqueOf(servo.TorqueLimit),
			low:    min(low, high),
			high:   max(low, high),
		})
	}
	if claw := c.Claw; claw != nil {
		slots = append(slots, slot{
			name:   clawName,
			id:     byte(claw.ID),
			accel:  clawAccel,
			speed:  int(math.Ceil(claw.Speed * countsPerRad)),
			torque: torqueOf(claw.TorqueLimit),
			low:    0,
			high:   CountsPerTurn - 1,
		})
	}
	return slots
}

// torqueOf returns the torque limit of a percentage, in 0.1 % and never 0: that would let go.
func torqueOf(percent float64) int { return max(int(math.Round(percent*torqueUnit)), 1) }

const (
	// stillCounts is how far a servo that stands may hunt around, to either side.
	stillCounts = 3
	// stillSpeed is the speed in counts/s below which a servo stands: one unit of its speed
	// register, 0.732 rpm (register 18, bit 2).
	stillSpeed = 50
	// restWait is how long a servo has to stand, and without a new goal, to be at rest. It is
	// longer than a servo takes to begin to move.
	restWait = safety.Instant(60e6)
)

// absorb takes what came in during a cycle.
func (s *slot) absorb(now safety.Instant) {
	if !s.fresh {
		s.misses++
		return
	}
	s.keepPace(now)
	s.is, s.misses, s.seen = s.incoming, 0, now
	if distance(s.is.position, s.anchor) > stillCounts || !s.is.slow() {
		s.anchor, s.stillSince = s.is.position, now
	}
	if s.is.torque && s.name != clawName && distance(s.off(), 0) > sag {
		s.strayed = now // a claw may hold something between, and a limp joint is driven nowhere
	}
}

func (l live) slow() bool { return distance(l.speed, 0) < stillSpeed }

// stands reports whether the servo has not moved for restWait.
func (s *slot) stands(now safety.Instant) bool { return now-s.stillSince >= restWait }

// off returns how far the goal is from where the servo is, in counts.
func (s *slot) off() int { return s.goal - s.is.position }

// clamped returns the nearest goal within the joint's limits.
func (s *slot) clamped(goal int) int { return min(max(goal, s.low), s.high) }

// withinSag returns an error of position as far as a load can explain it.
func withinSag(off int) int { return min(max(off, -sag), sag) }
