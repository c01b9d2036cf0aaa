package commission

import (
	"errors"
	"fmt"
	"math"

	"github.com/aether-arm/aetherd/arm/kinematics"
)

// Arm is what the configuration says about an arm of bus servos, in its units.
type Arm struct {
	Pitch  float64          // degrees, of the hand above the horizontal
	Links  kinematics.Links // mm; NaN: not known yet
	Joints [kinematics.Joints]Joint
	Claw   Claw
}

// Joint is one joint and its servo.
type Joint struct {
	ID, Zero, Direction int     // Zero: counts where the joint's angle is 0
	Min, Max            float64 // degrees
	Speed               float64 // degrees/s
	Accel               float64 // degrees/s²
	Torque              float64 // % of the stall torque
}

// Claw is the gripper and its servo.
type Claw struct {
	ID           int // 0: there is none
	Open, Closed int // counts
	Speed        float64
	Torque       float64
}

// position returns the counts at a joint's angle in degrees.
func (j Joint) position(angle float64) int { return j.Zero + j.Direction*counts(angle) }

// angle returns the joint's angle in degrees at a position in counts.
func (j Joint) angle(position int) float64 {
	return degrees(j.Direction * (position - j.Zero))
}

// validate reports what the driver or the configuration would refuse.
func (a Arm) validate() error {
	var errs []error
	for i, j := range a.Joints {
		if j.Zero < 0 || j.Zero > lastCount {
			errs = append(errs, fmt.Errorf("%s: its angle 0 would be at %d counts, outside of the servo's turn: "+
				"mount its horn so that the middle of the range is near 2048 counts", kinematics.Name(i), j.Zero))
		}
	}
	k := a.kinematics()
	return errors.Join(append(errs, k.Validate())...)
}

// kinematics returns the arm as the driver has it: what an actuator shows are the servo's
// counts as an angle.
func (a Arm) kinematics() kinematics.Arm {
	k := kinematics.Arm{Links: a.Links, Pitch: radians(a.Pitch)}
	for i, j := range a.Joints {
		k.Joints[i] = kinematics.Joint{
			Min: radians(j.Min), Max: radians(j.Max), Zero: radians(degrees(j.Zero)),
			Direction: float64(j.Direction), Speed: radians(j.Speed),
		}
	}
	return k
}

// Margin is how far the limits stay inside of what a joint was moved through, in degrees: a
// servo may sag by 40 counts, 3.5°, under its load, and shall not be pressed against its end.
const Margin = 4.0

// widest is the greatest limit that the configuration takes, in degrees.
const widest = 180.0

// measured is what was found out about one joint by hand, in counts.
type measured struct {
	low, high int // the ends of its range
	reference int // where it stands in the reference posture
	direction int // 1, or -1 where the counts fall as the angle grows
}

// joint fills in what follows from the measurement; angle is that of the reference
// posture, in degrees. The limits are rounded inwards to 0.1°.
func (m measured) joint(j Joint, angle float64) Joint {
	j.Direction = m.direction
	j.Zero = m.reference - m.direction*counts(angle)
	least, most := j.angle(m.low), j.angle(m.high)
	if least > most {
		least, most = most, least
	}
	j.Min = max(-widest, math.Ceil((least+Margin)*10)/10)
	j.Max = min(widest, math.Floor((most-Margin)*10)/10)
	return j
}
