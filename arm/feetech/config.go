package feetech

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/aether-arm/aetherd/arm/kinematics"
)

// Config is what the driver is told about its arm.
type Config struct {
	Horizon time.Duration // most motion that may be committed to the servos
	Tick    time.Duration // between two setpoints

	// Arm is the arm's geometry. What a joint's actuator shows is the servo's position as an
	// angle: counts·2π/4096, so a Zero at 2048 counts is π rad.
	Arm    kinematics.Arm
	Servos [kinematics.Joints]JointServo // in the order of the joints
	Claw   *Claw                         // nil: no gripper

	MinVoltage, MaxVoltage float64 // V
	MaxTemperature         int     // °C
	MaxLoad                float64 // %, of a joint; held for longer than half a second it is an overload
}

// JointServo is the servo of one joint.
type JointServo struct {
	ID          int
	TorqueLimit float64 // % of the stall torque
	Accel       float64 // rad/s², of the joint
}

// Claw is the gripper's servo.
type Claw struct {
	ID           int
	Open, Closed int     // counts
	Speed        float64 // rad/s
	TorqueLimit  float64 // % of the stall torque: the force of the grip
}

const (
	// margin is what the horizon loses to what happens outside of the model: a goal may wait
	// answerWait for the bus, and a servo's position loop comes to rest behind its profile.
	margin = 25 * time.Millisecond

	// sag is how far a servo may stand from its goal, in counts, and be there. It has no
	// integral gain as delivered: an ST3215 was 20 to 30 counts off with 1.5 kg at 100 mm
	// (TheRobotStudio/SO-ARM100, issue 134).
	sag = 40

	// clawAccel is in units of 100 counts/s², 7.7 rad/s²: what the vendor's examples use.
	clawAccel = 50

	leastTick = 5 * time.Millisecond // a cycle on the bus takes 2 to 5 ms
)

const countsPerRad = CountsPerTurn / (2 * math.Pi)

// Validate reports everything that is wrong with c, or nil.
func (c Config) Validate() error {
	errs := []error{c.Arm.Validate(), c.checkIDs()}
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Tick < leastTick {
		refuse("tick %v: the bus needs at least %v", c.Tick, leastTick)
	}
	for i := range c.Servos {
		if err := c.checkJoint(i); err != nil {
			refuse("%s: %w", kinematics.Name(i), err)
		}
	}
	if c.Claw != nil {
		if err := c.Claw.check(); err != nil {
			refuse("claw: %w", err)
		}
	}
	if !(c.MinVoltage > 0 && c.MaxVoltage > c.MinVoltage && c.MaxVoltage <= 25.5) {
		refuse("voltage %v to %v V: both must be positive, the upper one above the lower one and at most 25.5",
			c.MinVoltage, c.MaxVoltage)
	}
	if c.MaxTemperature < 1 || c.MaxTemperature > 100 {
		refuse("temperature limit %d °C: must be 1 to 100", c.MaxTemperature)
	}
	if err := checkPercent("load limit", c.MaxLoad); err != nil {
		refuse("%w", err)
	}
	return errors.Join(errs...)
}

func (c Config) checkIDs() error {
	seen := map[int]string{}
	check := func(name string, id int) error {
		other, taken := seen[id]
		seen[id] = name
		switch {
		case id < 0 || id > mostID:
			return fmt.Errorf("%s: servo id %d: must be 0 to %d", name, id, mostID)
		case taken:
			return fmt.Errorf("%s: servo id %d is that of the %s", name, id, other)
		}
		return nil
	}
	var errs []error
	for i, s := range c.Servos {
		errs = append(errs, check(kinematics.Name(i), s.ID))
	}
	if c.Claw != nil {
		errs = append(errs, check("claw", c.Claw.ID))
	}
	return errors.Join(errs...)
}

func (c Config) checkJoint(i int) error {
	j, s := c.Arm.Joints[i], c.Servos[i]
	if low, high := countsOf(j, j.Min), countsOf(j, j.Max); min(low, high) < 0 || max(low, high) >= CountsPerTurn {
		return fmt.Errorf("limits are %d to %d counts of its servo: they must be within 0 to %d, away from where a turn begins",
			min(low, high), max(low, high), CountsPerTurn-1)
	}
	if most := float64(mostAccel*accelUnit) / countsPerRad; !(s.Accel*countsPerRad >= accelUnit && s.Accel <= most) {
		return fmt.Errorf("acceleration %v rad/s²: must be %.2f to %.2f", s.Accel, accelUnit/countsPerRad, most)
	}
	if err := checkSpeed(j.Speed); err != nil {
		return err
	}
	if needs := c.needs(i); c.Horizon < needs {
		return fmt.Errorf("at %v rad/s and %v rad/s² the horizon must be at least %v, is %v: set a longer one, a lower speed or a higher acceleration",
			j.Speed, s.Accel, needs, c.Horizon)
	}
	return checkPercent("torque limit", s.TorqueLimit)
}

// needs is the horizon for which setpoints flow at the joint's full speed: see the package's doc.
func (c Config) needs(i int) time.Duration {
	brake := time.Duration(c.Arm.Joints[i].Speed / c.Servos[i].Accel * float64(time.Second))
	return (margin + 2*c.Tick + brake).Round(time.Millisecond)
}

func (c *Claw) check() error {
	for _, position := range []int{c.Open, c.Closed} {
		if position < 0 || position >= CountsPerTurn {
			return fmt.Errorf("position %d: must be 0 to %d counts", position, CountsPerTurn-1)
		}
	}
	if c.Open == c.Closed {
		return fmt.Errorf("open and closed are both %d counts", c.Open)
	}
	return errors.Join(checkSpeed(c.Speed), checkPercent("torque limit", c.TorqueLimit))
}

func checkSpeed(v float64) error {
	if counts := math.Ceil(v * countsPerRad); !(counts >= 1 && counts <= mostSpeed) {
		return fmt.Errorf("speed %v rad/s: must be positive and at most %.0f", v, mostSpeed/countsPerRad)
	}
	return nil
}

func checkPercent(what string, v float64) error {
	if !(v > 0 && v <= 100) {
		return fmt.Errorf("%s %v %%: must be above 0 and at most 100", what, v)
	}
	return nil
}

// countsOf returns the position of a joint's servo at a joint's angle in rad.
func countsOf(j kinematics.Joint, angle float64) int {
	return int(math.Round(j.Actuator(angle) * countsPerRad))
}

// angleOf returns the joint's angle in rad at a position of its servo.
func angleOf(j kinematics.Joint, counts int) float64 {
	return j.Angle(float64(counts) / countsPerRad)
}
