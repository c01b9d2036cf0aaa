package feetechemu

import (
	"math"
	"time"
)

// servo is one servo and its joint. Places and speeds are those of the encoder;
// what the registers say is shifted by the offset.
type servo struct {
	cfg    Servo
	reg    registers
	eeprom [eepromSize]byte
	staged *write // by REG WRITE

	voltage     int // 0.1 V
	temperature int // °C

	at       float64 // counts
	speed    float64 // counts/s
	setpoint float64 // counts, what the position loop follows
	setSpeed float64 // counts/s
	load     float64 // 0.1 %, positive to higher counts
	hand     float64 // counts that a hand still turns the joint by

	blocked    bool
	absent     bool
	forced     bool          // the overload is a fault command's
	overloaded bool          // the protection is on
	pushing    float64       // the sign of the load that it came from
	heavy      time.Duration // how long the load has been too high

	seenTorque bool // what the events have told
	seenStatus byte
}

// write is data for consecutive registers.
type write struct {
	addr int
	data []byte
}

func newServo(c Servo, bus Config) *servo {
	s := &servo{
		cfg: c, at: float64(c.Position), setpoint: float64(c.Position),
		voltage: int(math.Round(bus.Voltage * 10)), temperature: bus.Temperature,
	}
	for a, v := range factory {
		s.eeprom[a] = byte(v)
	}
	s.eeprom[regModel], s.eeprom[regModel+1] = byte(c.Model), byte(c.Model>>8)
	s.eeprom[regID] = byte(c.ID)
	if c.MultiTurn {
		s.eeprom[regPhase] |= phaseMultiTurn
	}
	s.eeprom[regReturnDelay] = byte(min(bus.ReturnDelay/2, 254))
	s.powerUp()
	return s
}

// powerUp loads the registers from the EEPROM. The goal is 0 then, wherever the
// joint stands.
func (s *servo) powerUp() {
	s.reg = registers{}
	copy(s.reg[:], s.eeprom[:])
	s.reg.setWord(regTorqueLimit, s.reg.word(regMaxTorque))
	s.reg[regLock] = 1
	s.staged = nil
	s.overloaded, s.heavy = s.forced, 0
}

func (s *servo) id() int { return int(s.reg[regID]) }

func (s *servo) on() bool { return s.reg[regTorque] == torqueOn }

// offset is what the present position is less than the encoder's.
func (s *servo) offset() int { return signed(s.reg.word(regOffset), 11) }

// present is the present position as the registers have it: 0 … 4095, but with MultiTurn.
func (s *servo) present() int {
	if s.reg[regPhase]&phaseMultiTurn != 0 {
		return int(math.Round(s.at)) - s.offset()
	}
	return (int(math.Round(s.at))%countsPerTurn - s.offset() + 2*countsPerTurn) % countsPerTurn
}

// goal is the goal that counts: within the angle limits, unless both are 0.
func (s *servo) goal() int {
	goal := signed(s.reg.word(regGoal), 15)
	if low, high := s.reg.word(regMinAngle), s.reg.word(regMaxAngle); low != 0 || high != 0 {
		goal = max(low, min(goal, high))
	}
	return goal
}

// away is how far the goal is from the present position, in counts.
func (s *servo) away() int { return s.goal() - s.present() }

// read returns n registers from addr. What lies behind the last is 0.
func (s *servo) read(addr, n int) []byte {
	s.reg.setWord(regPosition, unsigned(s.present(), 15))
	s.reg.setWord(regSpeed, unsigned(int(math.Round(s.speed)), 15))
	s.reg.setWord(regLoad, unsigned(int(math.Round(s.load)), 10))
	s.reg.setWord(regCurrent, unsigned(int(math.Round(s.load*stallCurrent/1000)), 15))
	s.reg[regVoltage], s.reg[regTemperature] = byte(s.voltage), byte(s.temperature)
	s.reg[regStatus] = s.status()
	s.reg[regAsync] = flag(s.staged != nil)
	s.reg[regMoving] = flag(s.speed != 0)
	data := make([]byte, n)
	copy(data, s.reg[min(addr, len(s.reg)):])
	return data
}

// stallCurrent is register 69 at full load: 2.7 A, of the 12 V servo.
const stallCurrent = 415

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// store changes the registers that may be changed. Unless the lock is open, a
// loss of power takes the change away.
func (s *servo) store(w write) {
	locked := s.reg[regLock] != 0
	for i, b := range w.data {
		a := w.addr + i
		if !writable(a) {
			continue
		}
		s.reg[a] = b
		if a < eepromSize && !locked {
			s.eeprom[a] = b
		}
	}
}

// touches reports whether w changes register a or the one behind it.
func (w write) touches(a int) bool { return w.addr <= a+1 && a < w.addr+len(w.data) }

// calibrate shifts the offset, also in the EEPROM, so that the present position
// is 2048, and with it the goal, so that a servo that holds stays where it is.
func (s *servo) calibrate() {
	offset := int(math.Round(s.at))%countsPerTurn - centre
	s.reg.setWord(regOffset, unsigned(offset, 11))
	copy(s.eeprom[regOffset:], s.reg[regOffset:regOffset+2])
	s.reg.setWord(regGoal, centre)
}
