package roarmemu

import (
	"math"
	"time"
)

// Config is what can be chosen about a RoArm-M2. Its zero value is one that has booted and
// stands in its init pose.
type Config struct {
	Boot     bool        `json:"boot,omitempty"`      // begins with the boot
	BootTime int         `json:"boot_time,omitempty"` // ms, from power on to the motion to the init pose; 0: 2000
	Position *[3]float64 `json:"position,omitempty"`  // mm, where the hand is at first; absent: the init pose
	MaxSpeed float64     `json:"max_speed,omitempty"` // rad/s, of every servo; 0: 4.7
	Accel    float64     `json:"accel,omitempty"`     // rad/s², of every servo; 0: 50

	// How far below their goals shoulder and elbow rest with the arm stretched out level, in
	// counts; elsewhere as much less as the load's lever is shorter. An ST3215 as delivered was
	// measured to rest 20 to 30 off under about a third of its stall torque
	// (TheRobotStudio/SO-ARM100, issue 134). The firmware halves its stiffness (ST_PID_P 16), so
	// 20 to 60 are assumed.
	ShoulderSag float64 `json:"shoulder_sag,omitempty"`
	ElbowSag    float64 `json:"elbow_sag,omitempty"`
}

const (
	// defaultBootTime: 500 ms for the servos' power, and the file system, the display and
	// the checks before it.
	defaultBootTime = 2000
	// defaultMaxSpeed is the no-load speed of an ST3215 at 12 V: 45 rpm, 0.222 s for 60°
	// (Waveshare and Feetech data sheets).
	defaultMaxSpeed = 4.7
	// defaultAccel is what the motor makes of the arm's inertia where its own limit is off:
	// full speed within 0.1 s. It is an estimate.
	defaultAccel = 50.0
)

func (c Config) withDefaults() Config {
	if c.BootTime == 0 {
		c.BootTime = defaultBootTime
	}
	if c.MaxSpeed == 0 {
		c.MaxSpeed = defaultMaxSpeed
	}
	if c.Accel == 0 {
		c.Accel = defaultAccel
	}
	return c
}

func (c Config) bootTime() time.Duration { return time.Duration(c.BootTime) * time.Millisecond }

// inCounts converts rad to counts, of an angle or of its derivatives.
func inCounts(rad float64) float64 { return rad / (2 * math.Pi) * countsPerTurn }
