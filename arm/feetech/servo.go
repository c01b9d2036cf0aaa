package feetech

import (
	"fmt"
	"strings"
)

// Servo is what one servo says of itself.
type Servo struct {
	ID, Model   int // Model: registers 3 and 4
	Firmware    string
	Position    int     // counts, 0 to 4095 a turn
	Goal        int     // counts; a load keeps a servo that holds some counts from it
	Speed       int     // counts/s, signed
	Load        float64 // % of the stall torque, signed; the servo tells the voltage on its motor
	Voltage     float64 // V
	Temperature int     // °C
	Torque      bool
	Moving      bool
	Faults      Faults
}

// Faults are the bits of the status byte and of register 65 (Feetech's STS memory table,
// scservo_sdk ERRBIT_…; bit 4 is in older tables only).
type Faults byte

const (
	FaultVoltage     Faults = 1 << 0
	FaultSensor      Faults = 1 << 1
	FaultTemperature Faults = 1 << 2
	FaultCurrent     Faults = 1 << 3
	FaultAngle       Faults = 1 << 4
	FaultOverload    Faults = 1 << 5

	everyFault = FaultVoltage | FaultSensor | FaultTemperature | FaultCurrent | FaultAngle | FaultOverload
)

var faultNames = [...]string{"voltage", "sensor", "temperature", "current", "angle", "overload"}

// String names the faults, "" for none.
func (f Faults) String() string {
	var words []string
	for i, name := range faultNames {
		if f&(1<<i) != 0 {
			words = append(words, name)
		}
	}
	return strings.Join(words, ", ")
}

// Model numbers (lerobot, tables.py). The low byte is the series: 9 STS, 8 SMS, both with
// 4096 counts a turn and low byte first. An SCS servo has 1024, and the other order.
const (
	modelST3215   = 777
	modelSTS3250  = 2825
	modelSM8512BL = 11272

	seriesSMS = 8
	seriesSTS = 9
)

// ModelName returns what a model is called, or its series and number.
func ModelName(model int) string {
	switch model {
	case modelST3215:
		return "ST3215"
	case modelSTS3250:
		return "STS3250"
	case modelSM8512BL:
		return "SM8512BL"
	}
	switch model & 0xFF {
	case seriesSTS:
		return fmt.Sprintf("STS model %d", model)
	case seriesSMS:
		return fmt.Sprintf("SMS model %d", model)
	}
	return fmt.Sprintf("model %d", model)
}

// drivable reports whether a model has 4096 counts a turn and these registers.
func drivable(model int) bool {
	series := model & 0xFF
	return series == seriesSTS || series == seriesSMS
}
