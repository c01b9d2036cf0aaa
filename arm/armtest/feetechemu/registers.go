package feetechemu

// Registers of the STS series, little-endian; Feetech's memory table of the
// STS3215 and lerobot's motors/feetech/tables.py agree on them.
const (
	regFirmware       = 0 // major, minor
	regModel          = 3 // word
	regID             = 5
	regReturnDelay    = 7 // 2 µs
	regStatusLevel    = 8 // 0: only a ping and a read are answered
	regMinAngle       = 9 // word, counts
	regMaxAngle       = 11
	regMaxTemperature = 13 // °C
	regMaxVoltage     = 14 // 0.1 V
	regMinVoltage     = 15
	regMaxTorque      = 16 // word, 0.1 %; becomes the torque limit at power up
	regPhase          = 18 // bits; 4: the position does not wrap
	regUnload         = 19 // the bits of the status that take the torque away
	regDeadZone       = 26 // counts
	regOffset         = 31 // word, counts, sign in bit 11
	regMode           = 33 // 0: position
	regProtectTorque  = 34 // %, what is left of the torque in an overload
	regProtectTime    = 35 // 10 ms
	regOverloadTorque = 36 // %
	regTorque         = 40 // the first that a loss of power takes
	regAccel          = 41 // 100 counts/s²; 0: no limit
	regGoal           = 42 // word, counts, sign in bit 15
	regGoalSpeed      = 46 // word, counts/s; 0: no limit
	regTorqueLimit    = 48 // word, 0.1 %
	regLock           = 55
	regPosition       = 56 // word, counts, the first that cannot be written
	regSpeed          = 58 // word, counts/s, sign in bit 15
	regLoad           = 60 // word, 0.1 %, sign in bit 10
	regVoltage        = 62 // 0.1 V
	regTemperature    = 63 // °C
	regAsync          = 64
	regStatus         = 65
	regMoving         = 66
	regCurrent        = 69 // word, 6.5 mA, sign in bit 15

	eepromSize = regTorque
)

// Bits of the status, which is register 65 and the error byte of every answer.
const (
	statusVoltage     = 1 << 0
	statusTemperature = 1 << 2
	statusOverload    = 1 << 5
)

const phaseMultiTurn = 1 << 4 // of regPhase

const (
	torqueOn     = 1
	torqueCentre = 128 // make the present place 2048
	centre       = 2048
)

// factory is what the EEPROM holds in the memory table of the STS3215, but for
// the highest voltage: 14 V is that of the 12 V servo.
var factory = map[int]int{
	regFirmware: 3, regFirmware + 1: 10,
	regStatusLevel: 1,
	regMaxAngle:    0xFF, regMaxAngle + 1: 0x0F,
	regMaxTemperature: 70, regMaxVoltage: 140, regMinVoltage: 40,
	regMaxTorque: 1000 & 0xFF, regMaxTorque + 1: 1000 >> 8,
	regUnload:   44, // temperature, current, overload
	regDeadZone: 1, regDeadZone + 1: 1,
	regProtectTorque: 20, regProtectTime: 200, regOverloadTorque: 80,
}

// registers are a servo's memory.
type registers [256]byte

func (r *registers) word(a int) int { return int(r[a]) | int(r[a+1])<<8 }

func (r *registers) setWord(a, v int) { r[a], r[a+1] = byte(v), byte(v>>8) }

// writable reports whether the host may change register a.
func writable(a int) bool { return a >= regID && a < regPosition }

// signed reads a sign and magnitude whose sign is that bit.
func signed(v, bit int) int {
	sign := 1 << bit
	if v&sign != 0 {
		return -(v & (sign - 1))
	}
	return v & (sign - 1)
}

// unsigned is the inverse of signed. What does not fit is the largest.
func unsigned(v, bit int) int {
	sign := 1 << bit
	if v < 0 {
		return sign | min(-v, sign-1)
	}
	return min(v, sign-1)
}
