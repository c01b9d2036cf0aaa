package feetechemu

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// What an event tells on this machine only.
const (
	EvJump      = "jump"      // torque went on with a goal elsewhere; Text: from where to where; N: id
	EvCollision = "collision" // Text: what is left of an answer that was spoken into; N: its id
	EvChecksum  = "checksum"  // Text: an instruction packet with a wrong checksum; N: its id
)

// jump is how far a goal may be from the present position, in counts, when
// torque goes on.
const jump = 10

// write carries out a WRITE, or keeps it for an ACTION.
func (m *Machine) write(s *servo, w write, stage bool) {
	w.data = append([]byte(nil), w.data...)
	if stage {
		s.staged = &w
		return
	}
	torque := s.reg[regTorque]
	s.store(w)
	if w.touches(regGoal) {
		s.relent()
		if m.cfg.GoalEnables && s.away() != 0 {
			s.reg[regTorque] = torqueOn
		}
	}
	if w.addr <= regTorque && regTorque < w.addr+len(w.data) {
		m.switchTorque(s, torque)
	}
	m.observe(s)
	m.wake()
}

// switchTorque follows a write to the torque register, which held before.
func (m *Machine) switchTorque(s *servo, before byte) {
	switch s.reg[regTorque] {
	case torqueOn:
	case torqueCentre:
		s.calibrate()
		s.reg[regTorque] = before
	default:
		s.overloaded = s.forced
	}
}

// action carries out what was staged.
func (m *Machine) action(s *servo) {
	if w := s.staged; w != nil {
		s.staged = nil
		m.write(s, *w, false)
	}
}

// observe lets the protection act, and tells what has changed.
func (m *Machine) observe(s *servo) {
	if s.status()&s.reg[regUnload]&^statusOverload != 0 {
		s.reg[regTorque] = 0
	}
	id := s.id()
	if on := s.on(); on != s.seenTorque {
		s.seenTorque = on
		m.log(armtest.EvState, fmt.Sprintf("torque %d %s", id, onOff(on)), id)
		if away := s.away(); on && (away < -jump || away > jump) {
			m.log(EvJump, fmt.Sprintf("%d from %d to %d", id, s.present(), s.goal()), id)
		}
	}
	changed := s.status() ^ s.seenStatus
	s.seenStatus ^= changed
	for _, c := range conditions {
		if changed&c.bit != 0 {
			m.log(armtest.EvState, fmt.Sprintf("%s %d %s", c.name, id, onOff(s.seenStatus&c.bit != 0)), id)
		}
	}
}

var conditions = []struct {
	bit  byte
	name string
}{{statusVoltage, "voltage"}, {statusTemperature, "temperature"}, {statusOverload, "overload"}}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
