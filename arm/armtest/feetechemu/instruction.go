package feetechemu

import "time"

const (
	instPing      = 0x01
	instRead      = 0x02
	instWrite     = 0x03
	instRegWrite  = 0x04
	instAction    = 0x05
	instSyncRead  = 0x82
	instSyncWrite = 0x83
)

// longestRead is the most data that the length byte of an answer leaves room for.
const longestRead = 0xFF - 2

// execute carries out a valid instruction packet. What is malformed or unknown
// is ignored without an answer.
func (m *Machine) execute(packet []byte) {
	if m.now < m.deafUntil {
		return
	}
	id, params := int(packet[2]), packet[5:len(packet)-1]
	switch packet[4] {
	case instPing:
		// To a broadcast too: that only works with one servo on the bus.
		for _, s := range m.addressed(id) {
			m.answer(m.now, s, nil)
		}
	case instRead:
		if len(params) != 2 || params[1] > longestRead || id == broadcast {
			return
		}
		for _, s := range m.addressed(id) {
			m.answer(m.now, s, s.read(int(params[0]), int(params[1])))
		}
	case instWrite, instRegWrite:
		if len(params) < 2 {
			return
		}
		for _, s := range m.addressed(id) {
			m.write(s, write{int(params[0]), params[1:]}, packet[4] == instRegWrite)
			m.acknowledge(id, s)
		}
	case instAction:
		for _, s := range m.addressed(id) {
			m.action(s)
			m.acknowledge(id, s)
		}
	case instSyncRead:
		if id == broadcast && len(params) > 2 && params[1] <= longestRead {
			m.syncRead(int(params[0]), int(params[1]), params[2:])
		}
	case instSyncWrite:
		if id == broadcast && len(params) > 2 {
			m.syncWrite(int(params[0]), int(params[1]), params[2:])
		}
	}
}

// syncRead lets the servos of the list answer one after the other. The slot of
// one that is silent passes unused, unless the chain breaks there.
func (m *Machine) syncRead(addr, n int, ids []byte) {
	t := m.now
	for _, id := range ids {
		end := t
		for _, s := range m.addressed(int(id)) {
			end = max(end, m.answer(t, s, s.read(addr, n)))
		}
		switch {
		case end > t:
			t = end
		case m.cfg.ChainBreaks:
			return
		default:
			t += returnDelay(m.cfg.ReturnDelay/2) + time.Duration(overhead+n)*byteTime
		}
	}
}

// syncWrite writes to the servos of the list, all at this moment.
func (m *Machine) syncWrite(addr, n int, list []byte) {
	if n == 0 || len(list)%(n+1) != 0 {
		return
	}
	for ; len(list) > 0; list = list[n+1:] {
		for _, s := range m.addressed(int(list[0])) {
			m.write(s, write{addr, list[1 : n+1]}, false)
		}
	}
}

// addressed returns the servos on the bus that an id means. There may be several.
func (m *Machine) addressed(id int) (found []*servo) {
	for _, s := range m.servos {
		if !s.absent && (id == broadcast || s.id() == id) {
			found = append(found, s)
		}
	}
	return found
}

// acknowledge answers an instruction that was addressed to id, which the servo
// may have changed by it: the host waits for the old one.
func (m *Machine) acknowledge(id int, s *servo) {
	if id != broadcast && s.reg[regStatusLevel] != 0 {
		m.speak(m.now, s, id, nil)
	}
}

// answer is speak with the servo's own id.
func (m *Machine) answer(after time.Duration, s *servo, params []byte) (end time.Duration) {
	return m.speak(after, s, s.id(), params)
}

// speak sends a status packet, its return delay after that moment, and returns
// when it ends: at that moment already, if it is not sent.
func (m *Machine) speak(after time.Duration, s *servo, id int, params []byte) (end time.Duration) {
	if m.faults.mute {
		return after
	}
	if m.faults.lose > 0 {
		m.faults.lose--
		return after
	}
	p := statusPacket(id, s.status(), params)
	if m.faults.corrupt > 0 {
		m.faults.corrupt--
		p[len(p)-1]++
	}
	if m.faults.noise {
		p = append(m.noiseBytes(noiseLength), p...)
	}
	a := answer{start: after + returnDelay(int(s.reg[regReturnDelay])), id: id, p: p}
	m.wire.say(a)
	return a.end()
}

// returnDelay is how long a servo waits before it answers; 0 in the register is
// 2 µs (lerobot, motors/feetech/feetech.py).
func returnDelay(register int) time.Duration {
	return time.Duration(max(register, 1)) * 2 * time.Microsecond
}
