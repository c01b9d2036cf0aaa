package roarmemu

import (
	"math"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// counts returns where the servos are.
func (a *Arm) counts() (c [joints]float64) {
	for j := range a.servos {
		c[j] = a.servos[j].pos
	}
	return c
}

// hand returns where the hand is. The arm is in the angles that the firmware reads.
func (a *Arm) hand() safety.Point { return measured(a.counts()).forward() }

// goTo gives all servos a goal at once, as fast as they can.
func (a *Arm) goTo(goal [joints]int) {
	for j := range a.servos {
		if j == hand {
			a.grip(goal[j], 0, 0)
		} else {
			a.servos[j].order(goal[j], 0, 0)
		}
	}
}

// grip gives the gripper a goal.
func (a *Arm) grip(goal int, speed, acc float64) {
	if goal != a.servos[hand].goal {
		a.log(armtest.EvOutput, "gripper", goal)
	}
	a.servos[hand].order(goal, speed, acc)
}

func (a *Arm) setTorque(on bool) {
	if on == a.torque {
		return
	}
	a.torque = on
	word := "torque off"
	if on {
		word = "torque on"
	}
	a.log(armtest.EvState, word, 0)
}

// wake begins to play motion where there is some.
func (a *Arm) wake() {
	if !a.playing && a.inMotion() {
		a.playing, a.tickAt = true, a.now+tick
	}
}

// inMotion reports whether a servo moves, or is about to.
func (a *Arm) inMotion() bool {
	return a.armMoves() || a.torque && !a.servos[hand].settled()
}

// armMoves reports that of the servos that move the hand.
func (a *Arm) armMoves() bool {
	if !a.torque {
		return a.falls()
	}
	for j := range a.servos[:hand] {
		if s := &a.servos[j]; s.vel != 0 || !s.settled() && !a.faults.block {
			return true
		}
	}
	return false
}

// tick plays one tick of motion.
func (a *Arm) tick() {
	before := a.at
	for j := range a.servos {
		a.tickServo(j)
	}
	a.at = a.hand()
	a.load()
	if !a.torque && !a.falls() { // the table has taken the speed
		for j := range a.servos {
			a.servos[j].vel = 0
		}
	}
	a.speed = a.at.Sub(before).Norm() / tick.Seconds()
	a.playing = a.inMotion()
	a.tickAt += tick
	a.report()
}

// load puts the arm's weight on its servos.
func (a *Arm) load() {
	part := measured(a.counts()).gravity()
	a.servos[shoulder].bear(a.cfg.ShoulderSag * part[shoulder])
	a.servos[elbow].bear(a.cfg.ElbowSag * part[elbow])
}

func (a *Arm) tickServo(j int) {
	s := &a.servos[j]
	switch {
	case a.torque && a.faults.block && j != hand:
		s.vel = 0
	case a.torque:
		s.advance(inCounts(a.cfg.MaxSpeed), inCounts(a.cfg.Accel))
	case a.falls() && j == shoulder:
		s.fall(middle + countsPerTurn/4)
	case a.falls() && j == elbow:
		s.fall(elbowZero + countsPerTurn/2 - (a.servos[shoulder].pos - middle))
	default:
		s.vel = 0
	}
}

// falls reports whether the arm without torque has not come to lie yet: the hand is above
// the table, and the limbs do not hang straight down.
func (a *Arm) falls() bool {
	const flat = 1 // counts
	if a.at.Z <= -baseHeight {
		return false
	}
	up := math.Abs(middle + countsPerTurn/4 - a.servos[shoulder].pos)
	fore := math.Abs(elbowZero + countsPerTurn/2 - (a.servos[shoulder].pos - middle) - a.servos[elbow].pos)
	return up > flat || fore > flat
}

// report logs begin, samples and end of the hand's motion.
func (a *Arm) report() {
	moves := a.armMoves()
	switch {
	case a.moving && !moves:
		a.moving, a.speed = false, 0
		a.log(armtest.EvRest, "", 0)
	case moves && !a.moving:
		a.moving, a.ticks = true, 0
		a.log(armtest.EvStart, "", 0)
	case a.moving:
		if a.ticks++; a.ticks >= int(armtest.SamplePeriod/tick) {
			a.ticks = 0
			a.log(armtest.EvPos, "", 0)
		}
	}
}
