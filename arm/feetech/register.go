package feetech

// Registers of STS and SMS servos, two bytes low byte first where they are a pair
// (huggingface/lerobot motors/feetech/tables.py, and Feetech's STS memory table).
// What is below 40 is EEPROM, and never written.
const (
	regFirmware = 0 // major, minor
	regModel    = 3 // pair
	regID       = 5
	regPhase    = 18 // bits; 4: several turns
	regMode     = 33 // 0: position

	regTorque      = 40
	regAccel       = 41 // 100 counts/s²; 0: no limit
	regGoal        = 42 // pair, counts
	regTime        = 44 // pair; 0: regSpeed counts
	regSpeed       = 46 // pair, counts/s; 0: no limit
	regTorqueLimit = 48 // pair, 0.1 % of the stall torque
	regPosition    = 56 // pair, counts, bit 15 is the sign
	regPresent     = 58 // pair, counts/s, bit 15 is the sign
	regLoad        = 60 // pair, 0.1 % of the voltage, bit 10 is the sign
	regVoltage     = 62 // 0.1 V
	regTemperature = 63 // °C
	regStatus      = 65
	regMoving      = 66
)

const (
	identitySize = regModel + 2 - regFirmware
	firstLive    = regTorque // of what every tick reads, up to regMoving
	liveSize     = regMoving + 1 - firstLive

	firstGoal = regAccel // of what every tick writes, up to regTorqueLimit
	goalSize  = regTorqueLimit + 2 - firstGoal
)

// CountsPerTurn is the resolution of every servo that this package drives.
const CountsPerTurn = 4096

const (
	accelUnit  = 100 // counts/s² in regAccel
	mostAccel  = 254
	mostSpeed  = 0x7FFF // counts/s
	torqueUnit = 10     // of regTorqueLimit in a percent
)

// live is what one servo says in every tick.
type live struct {
	torque      bool
	goal        int     // counts, as it came to the servo
	position    int     // counts
	speed       int     // counts/s, signed
	load        float64 // %, signed
	voltage     float64 // V
	temperature int     // °C
	faults      Faults
	moving      bool
}

// liveFrom takes registers 40 to 66, and the status byte of the packet they came in: it has
// the same bits as register 65.
func liveFrom(status byte, regs []byte) live {
	at := func(reg int) int { return int(regs[reg-firstLive]) }
	pair := func(reg int) int { return at(reg) | at(reg+1)<<8 }
	return live{
		torque:      at(regTorque) == 1,
		goal:        signed(pair(regGoal), 15),
		position:    signed(pair(regPosition), 15),
		speed:       signed(pair(regPresent), 15),
		load:        float64(signed(pair(regLoad), 10)) / 10,
		voltage:     float64(at(regVoltage)) / 10,
		temperature: at(regTemperature),
		faults:      Faults(status) | Faults(at(regStatus)),
		moving:      at(regMoving) != 0,
	}
}

// signed returns a number of sign and magnitude; what is above the sign bit does not count.
func signed(v, bit int) int {
	sign := 1 << bit
	if v&sign != 0 {
		return -(v & (sign - 1))
	}
	return v & (sign - 1)
}
