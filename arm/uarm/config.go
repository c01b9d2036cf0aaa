package uarm

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Tools at the end of the arm. Neither is told how far to open.
const (
	ToolGripper = "gripper" // M2232
	ToolPump    = "pump"    // M2231, a suction cup
)

// Config is what the driver is told about its arm.
type Config struct {
	Horizon time.Duration // most motion that may be committed to the controller
	Tick    time.Duration // between two setpoints
	Speed   float64       // mm/s, the configured limit: no line asks for more
	Tool    string        // ToolGripper or ToolPump
}

// The controller's planner. Numbers are from uArm-Developer/SwiftProForArduino, Marlin/,
// firmware 3.x. It plans in degrees of its three motors, and takes an F of 60 for 1 degree/s.
const (
	// accel is what the arm is taken to speed up and brake with, in mm/s²:
	// MODE_NORMAL_ACCELERATION is 200 degrees/s² (uArmParams.h), and a degree of the shortest
	// link, MATH_LOWER_ARM of 142 mm, is 2.5 mm. A fifth is left for what the others add.
	accel = 400.0
	// jerk is the change of velocity in mm/s above which a corner is taken to be a stop:
	// MODE_NORMAL_MAX_XY_JERX 5, in the units of F.
	jerk = 5.0
	// topSpeed in mm/s is what 15 segments of look-ahead (BLOCK_BUFFER_SIZE 16) of F/160 each
	// (SEGMENTS_PER_SECOND 160) allow at the full acceleration of 500 mm/s²: 2·500·15/160.
	topSpeed = 90.0
	// deaf is how long after a quick stop every motion is thrown away: 5000 interrupts of
	// 100 µs (cleaning_buffer_counter in Marlin's stepper.cpp), and a fifth more.
	deaf = 600 * time.Millisecond
)

const (
	// margin is what the horizon loses to what is between a write and its motion: 3 ms on the
	// wire, some 3 ms of arithmetic a segment on an 8-bit controller, and the encoders, which
	// it reads by hand for every report.
	margin = 40 * time.Millisecond
	// transit is the age that a report has when the driver reckons with it.
	transit = 20 * time.Millisecond
	// usable is what must be left of the horizon for a motion that is worth it: 16 mm/s.
	usable = 60 * time.Millisecond

	shortestTick = 40 * time.Millisecond // the controller takes 10 to 30 ms to answer a G0
	longestTick  = 50 * time.Millisecond // safety.motion.tick_hz begins at 20

	movingReport = 50 * time.Millisecond // between two positions in motion
	restReport   = time.Second           // and at rest, only to see that the controller lives

	reportWait = time.Second     // for a position that is due
	answerWait = 2 * time.Second // for an answer: none comes to a command that it does not know
	abortAgain = 500 * time.Millisecond
	settleWait = 3 * time.Second // from the end of a stop to standstill
	askEvery   = 100 * time.Millisecond
	gripSettle = time.Second     // for a gripper that closes and meets nothing
	gripWait   = 3 * time.Second // for a gripper to do as it was told
	openWait   = 8 * time.Second // a bootloader takes 1 to 2 s of it, the firmware 1.4 s
	knockEvery = 500 * time.Millisecond
)

// Validate reports what is wrong with c, or nil.
func (c Config) Validate() error {
	var errs []error
	if c.Tick < shortestTick || c.Tick > longestTick {
		errs = append(errs, fmt.Errorf("tick %v: a uArm takes %v to %v, set tick_hz to 20", c.Tick, shortestTick, longestTick))
	} else if least := c.leastHorizon(); c.Horizon < least {
		errs = append(errs, fmt.Errorf("horizon %v: a uArm needs at least %v at a tick of %v, and 500 ms for 90 mm/s", c.Horizon, least, c.Tick))
	}
	if !(c.Speed > 0) || math.IsInf(c.Speed, 0) {
		errs = append(errs, fmt.Errorf("speed %v mm/s: must be positive", c.Speed))
	}
	if c.Tool != ToolGripper && c.Tool != ToolPump {
		errs = append(errs, fmt.Errorf("tool %q: must be %q or %q", c.Tool, ToolGripper, ToolPump))
	}
	return errors.Join(errs...)
}

// blind is how long a line is under way before a report can show what has become of it.
func (c Config) blind() time.Duration { return margin + movingReport + transit + c.Tick }

func (c Config) leastHorizon() time.Duration { return c.blind() + usable }

// maxSpeed returns the speed in mm/s at which setpoints flow; the package's doc has the
// arithmetic.
func (c Config) maxSpeed() float64 {
	return math.Floor(min(accel*(c.Horizon-c.blind()).Seconds()/1.5, topSpeed))
}
