package roarm

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// The gripper's angles as Waveshare gives them (wiki: RoArm-M2-S, EoAT settings).
const (
	DefaultGripperOpen   = 1.57 // rad
	DefaultGripperClosed = 3.14 // rad
)

const (
	// widestGripper is in rad: the firmware stops the servo at 700 counts, which is 1.074
	// (RoArmM2_handJointCtrlRad in RoArm-M2_module.h); Waveshare gives 1.08 as the widest.
	widestGripper = 1.07
	// closedGripper is in rad, a little beyond the servo's middle, where the jaws meet.
	closedGripper = 3.2
	// leastGripperTravel is in rad; with less the gripper was configured wrongly.
	leastGripperTravel = 0.1

	// The firmware's limits of a servo's torque, in thousandths (RoArm-M2_config.h).
	leastForce = 50
	mostForce  = 1000

	// The rate at which setpoints make sense: above it the answers do not fit on the line,
	// below it the arm jerks from one to the next.
	shortestTick = 20 * time.Millisecond
	longestTick  = 50 * time.Millisecond
)

// Config is what the driver is told about its arm.
type Config struct {
	Horizon       time.Duration // most motion that may be committed to the servos
	Tick          time.Duration // between two setpoints
	Speed         float64       // mm/s, the configured limit
	GripperOpen   float64       // rad, at an opening of 100 %; 0: DefaultGripperOpen
	GripperClosed float64       // rad, at an opening of 0 %; 0: DefaultGripperClosed
	GripForce     int           // thousandths of the servo's torque; 0: as the arm has it
}

// Validate reports everything that is wrong with c, or nil.
func (c Config) Validate() error {
	c = c.withDefaults()
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Tick < shortestTick || c.Tick > longestTick {
		wrong("tick %v: a RoArm takes setpoints every %v to %v: set tick_hz to 20 to 50", c.Tick, shortestTick, longestTick)
	}
	if c.Horizon < shortestHorizon {
		wrong("horizon %v: a RoArm needs at least %v: set horizon_ms to %d or more", c.Horizon, shortestHorizon, shortestHorizon.Milliseconds())
	}
	if !(c.Speed > 0) || math.IsInf(c.Speed, 0) {
		wrong("speed %v mm/s: must be positive", c.Speed)
	}
	for name, angle := range map[string]float64{"open": c.GripperOpen, "closed": c.GripperClosed} {
		if !(angle >= widestGripper && angle <= closedGripper) {
			wrong("gripper %s at %v rad: must be %v (wide open) to %v", name, angle, widestGripper, closedGripper)
		}
	}
	if math.Abs(c.GripperOpen-c.GripperClosed) < leastGripperTravel {
		wrong("gripper open at %v rad and closed at %v rad: they must be %v apart", c.GripperOpen, c.GripperClosed, leastGripperTravel)
	}
	if c.GripForce != 0 && (c.GripForce < leastForce || c.GripForce > mostForce) {
		wrong("grip force %d: must be %d to %d, or 0 for what the arm has", c.GripForce, leastForce, mostForce)
	}
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	if c.GripperOpen == 0 {
		c.GripperOpen = DefaultGripperOpen
	}
	if c.GripperClosed == 0 {
		c.GripperClosed = DefaultGripperClosed
	}
	return c
}
