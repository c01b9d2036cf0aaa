package feetechemu

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

const (
	stepTime = time.Millisecond
	dt       = 1e-3 // s, the same

	// stiffness is the load in 0.1 % for each count off the goal: 20 to 30 counts
	// under half the stall torque (TheRobotStudio/SO-ARM100 issue 134).
	stiffness = 20.0
	// accelLoad is the load in 0.1 % of accelerating as fast as the motor can.
	accelLoad = 500.0
	// sagSpeed is how fast a limp joint falls, in counts/s for each 0.1 % of gravity.
	sagSpeed = 1.0
	// handSpeed is how fast a hand turns a limp joint, in counts/s.
	handSpeed = 1000.0
)

// wake lets the joints move on, if they do not.
func (m *Machine) wake() { m.stepAt = min(m.stepAt, m.now+stepTime) }

// step moves every joint on by stepTime.
func (m *Machine) step() {
	m.stepAt = armtest.Never
	for _, s := range m.servos {
		if s.step() {
			m.stepAt = m.now + stepTime
		}
		m.observe(s)
	}
	m.track()
}

// track tells whether the arm moves.
func (m *Machine) track() {
	moves := m.speed() > 0
	switch {
	case moves && !m.moving:
		m.log(armtest.EvStart, "", 0)
		m.sampleAt = m.now + armtest.SamplePeriod
	case moves && m.sampleAt <= m.now:
		m.log(armtest.EvPos, "", 0)
		m.sampleAt += armtest.SamplePeriod
	case m.moving && !moves:
		m.log(armtest.EvRest, "", 0)
	}
	m.moving = moves
}

// speed is that of the fastest joint, in counts/s.
func (m *Machine) speed() (v float64) {
	for _, s := range m.servos {
		v = max(v, math.Abs(s.speed))
	}
	return v
}

// step moves the joint on, and reports whether another step may change something.
func (s *servo) step() bool {
	before := s.speed
	var more bool
	if s.on() && s.strength() > math.Abs(float64(s.cfg.Gravity)) {
		more = s.drive()
	} else {
		more = s.drift()
	}
	strained := s.strain(stepTime)
	return more || strained || s.speed != 0 || before != 0
}

// drive lets the motor follow the goal.
func (s *servo) drive() (more bool) {
	s.hand = 0
	gravity := float64(s.cfg.Gravity)
	accel := float64(s.cfg.MaxAccel) * (s.strength() - math.Abs(gravity)) / 1000
	if r := s.reg[regAccel]; r != 0 {
		accel = min(accel, float64(r)*100)
	}
	top := float64(s.cfg.MaxSpeed)
	if v := s.reg.word(regGoalSpeed) & 0x7FFF; v != 0 {
		top = min(top, float64(v))
	}
	target, dead := s.target(), s.deadZone()
	setSpeed := s.setSpeed
	if s.speed == 0 && math.Abs(target-s.at) <= dead {
		s.setpoint, s.setSpeed = target, 0
	} else {
		s.setpoint, s.setSpeed = approach(s.setpoint, s.setSpeed, target, top, accel)
	}
	s.load = gravity + accelLoad*(s.setSpeed-setSpeed)/dt/float64(s.cfg.MaxAccel)

	lag := s.setpoint - s.at
	settled := s.setpoint == target && math.Abs(lag) <= dead
	v := lag / (float64(s.cfg.Lag)*1e-3 + dt)
	if settled {
		v = 0
	}
	if stalled := s.move(v) && !settled; stalled {
		s.setpoint, s.setSpeed = s.at, 0
		s.load = gravity + stiffness*(target-s.at)
		settled = true
	}
	s.load = max(-s.strength(), min(s.load, s.strength()))
	return !settled
}

// drift moves a limp joint, or one whose weight is more than its motor may hold.
func (s *servo) drift() (more bool) {
	v := -sagSpeed * float64(s.cfg.Gravity)
	if s.hand != 0 {
		v = math.Copysign(min(handSpeed, math.Abs(s.hand)/dt), s.hand)
	} else {
		change := float64(s.cfg.MaxAccel) * dt
		v = s.speed + max(-change, min(v-s.speed, change))
	}
	from := s.at
	stuck := s.move(v)
	if s.hand != 0 {
		s.hand -= s.at - from
		if stuck || math.Abs(s.hand) < 1e-6 {
			s.hand, s.speed = 0, 0
		}
	}
	s.setpoint, s.setSpeed = s.at, s.speed
	s.load = 0
	if s.on() {
		s.load = math.Copysign(s.strength(), float64(s.cfg.Gravity))
	}
	return !stuck && (s.hand != 0 || s.cfg.Gravity != 0)
}

// move turns the joint, and reports whether something is in its way.
func (s *servo) move(v float64) (stuck bool) {
	s.speed = v
	if s.blocked {
		s.speed = 0
		return true
	}
	to := max(float64(s.cfg.Low), min(s.at+v*dt, float64(s.cfg.High)))
	stuck = v != 0 && to == s.at
	s.speed = (to - s.at) / dt
	s.at = to
	return stuck
}

// target is where the encoder shall be. The weight leaves the joint a bit below
// its goal. In modes other than that of position the servo stays where it is.
func (s *servo) target() float64 {
	if s.reg[regMode] != 0 {
		return s.setpoint
	}
	turn := math.Round(s.at) - float64(s.present())
	return float64(s.goal()) + turn - float64(s.cfg.Gravity)/stiffness
}

// deadZone is how far off its setpoint the loop leaves the joint, in counts.
func (s *servo) deadZone() float64 {
	return float64(max(s.reg[regDeadZone], s.reg[regDeadZone+1]))
}

// approach moves x, which has the speed v, towards the goal by one step of a
// trapezoid of that top speed and acceleration. It can brake in time, unless the
// goal is too near for that.
func approach(x, v, goal, top, accel float64) (float64, float64) {
	d, change := goal-x, accel*dt
	if math.Abs(d) <= change*dt && math.Abs(v) <= 2*change {
		return goal, 0
	}
	want := min(top, math.Sqrt(change*change/4+2*accel*math.Abs(d))-change/2)
	v += max(-change, min(math.Copysign(want, d)-v, change))
	return x + v*dt, v
}
