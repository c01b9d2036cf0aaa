package feetechemu

import "cmp"

// Config is a bus and what hangs on it.
type Config struct {
	Servos      []Servo `json:"servos,omitempty"`
	Echo        bool    `json:"echo,omitzero"`            // the adapter gives the host what the host sends
	ReturnDelay int     `json:"return_delay_us,omitzero"` // µs, register 7 of every servo, which counts 2 µs: 0 … 508
	Latency     int     `json:"latency_us,omitzero"`      // µs that the USB adapter adds each way; 0: 125, a USB microframe
	Voltage     float64 `json:"voltage_v,omitzero"`       // V; 0: 12
	Temperature int     `json:"temperature_c,omitzero"`   // °C, of every servo; 0: 30
	GoalEnables bool    `json:"goal_enables,omitzero"`    // a goal that is not the present position switches torque on
	ChainBreaks bool    `json:"chain_breaks,omitzero"`    // behind a silent servo nobody answers a sync read
}

// Servo is one STS servo and the joint that it turns.
type Servo struct {
	ID       int `json:"id"`
	Model    int `json:"model,omitzero"`     // registers 3 and 4; 0: 777, an STS3215
	Position int `json:"position,omitzero"`  // counts, where the joint stands at power up
	MaxSpeed int `json:"max_speed,omitzero"` // counts/s without a load; 0: 3072
	MaxAccel int `json:"max_accel,omitzero"` // counts/s², what the motor can do; 0: 30000
	Lag      int `json:"lag_ms,omitzero"`    // ms by which the joint follows its setpoint; 0: 15
	Gravity  int `json:"gravity,omitzero"`   // 0.1 % of the stall torque; the weight pulls to lower counts, a negative one to higher
	Low      int `json:"low,omitzero"`       // counts, the joint's mechanical ends; both 0: 0 and 4095
	High     int `json:"high,omitzero"`

	MultiTurn bool `json:"multi_turn,omitzero"` // register 18, bit 4: the position goes on where a turn ends
}

const (
	countsPerTurn = 4096

	defaultLatency     = 125 // µs
	defaultVoltage     = 12.0
	defaultTemperature = 30
	defaultModel       = 777 // lerobot, motors/feetech/tables.py
	// The data sheet of the 12 V servo says 45 rpm, a measurement found 46
	// (TheRobotStudio/SO-ARM100 issue 134).
	defaultMaxSpeed = 45 * countsPerTurn / 60
	// No source gives these two: an acceleration somewhat above what register 41
	// can ask for (25,400 counts/s²), and a loop of about 10 Hz.
	defaultMaxAccel = 30_000
	defaultLag      = 15
)

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	c.Latency = cmp.Or(c.Latency, defaultLatency)
	c.Voltage = cmp.Or(c.Voltage, defaultVoltage)
	c.Temperature = cmp.Or(c.Temperature, defaultTemperature)
	return c
}

func (s Servo) withDefaults() Servo {
	s.Model = cmp.Or(s.Model, defaultModel)
	s.MaxSpeed = cmp.Or(s.MaxSpeed, defaultMaxSpeed)
	s.MaxAccel = cmp.Or(s.MaxAccel, defaultMaxAccel)
	s.Lag = cmp.Or(s.Lag, defaultLag)
	if s.Low == 0 && s.High == 0 {
		s.High = countsPerTurn - 1
	}
	return s
}
