package feetechemu

import (
	"math"
	"time"
)

// status is what is wrong with the servo.
func (s *servo) status() (bits byte) {
	if s.voltage > int(s.reg[regMaxVoltage]) || s.voltage < int(s.reg[regMinVoltage]) {
		bits |= statusVoltage
	}
	if s.temperature > int(s.reg[regMaxTemperature]) {
		bits |= statusTemperature
	}
	if s.overloaded {
		bits |= statusOverload
	}
	return bits
}

// strength is the torque that the motor may use, in 0.1 % of the stall torque.
func (s *servo) strength() float64 {
	most := min(s.reg.word(regTorqueLimit), 1000)
	if s.overloaded && s.reg[regUnload]&statusOverload != 0 {
		most = min(most, int(s.reg[regProtectTorque])*10)
	}
	return float64(most)
}

// strain counts how long the load has been above the overload torque, switches
// the protection on when that was too long, and reports whether it counts.
func (s *servo) strain(dt time.Duration) bool {
	if s.overloaded || math.Abs(s.load) <= float64(s.reg[regOverloadTorque])*10 {
		s.heavy = 0
		return false
	}
	s.heavy += dt
	if s.heavy >= time.Duration(s.reg[regProtectTime])*10*time.Millisecond {
		s.overload()
	}
	return true
}

// overload switches the protection on.
func (s *servo) overload() {
	s.overloaded, s.heavy = true, 0
	s.pushing = math.Copysign(1, s.load)
}

// relent ends the protection after a new goal, if the servo no longer has to
// push to where it could not get.
func (s *servo) relent() {
	if float64(s.away())*s.pushing <= s.deadZone() {
		s.overloaded = s.forced
	}
}
