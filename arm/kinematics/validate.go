package kinematics

import (
	"errors"
	"fmt"
	"math"
)

const (
	shortest = 1        // mm; a shorter upper arm or forearm was given in metres
	longest  = 10_000   // mm, of any length of an arm
	widest   = 2 * turn // rad; a greater limit or zero was given in degrees
)

// Validate names every value that cannot work, among them such as have the wrong unit.
func (a *Arm) Validate() error {
	var errs []error
	length := func(name string, v, least float64) {
		if !(v >= least && v <= longest) {
			errs = append(errs, fmt.Errorf("%s is %v mm: it must be %v to %v", name, v, least, longest))
		}
	}
	length("height", a.Links.Height, -longest)
	length("offset", a.Links.Offset, -longest)
	length("upper arm", a.Links.Upper, shortest)
	length("forearm", a.Links.Fore, shortest)
	length("hand", a.Links.Hand, 0)
	if !(math.Abs(a.Pitch) <= math.Pi) {
		errs = append(errs, fmt.Errorf("pitch is %v rad: it must be -π to π", a.Pitch))
	}
	for i, j := range a.Joints {
		if err := j.validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", Name(i), err))
		}
	}
	if errs == nil {
		errs = append(errs, a.validateLimits())
	}
	return errors.Join(errs...)
}

func (j Joint) validate() error {
	var errs []error
	angle := func(name string, v float64) {
		if !(math.Abs(v) <= widest) {
			errs = append(errs, fmt.Errorf("%s is %v rad: it must be -4π to 4π", name, v))
		}
	}
	angle("lower limit", j.Min)
	angle("upper limit", j.Max)
	angle("zero", j.Zero)
	if !(j.Min < j.Max) {
		errs = append(errs, fmt.Errorf("lower limit %v rad is not below the upper limit %v rad", j.Min, j.Max))
	}
	if j.Direction != 1 && j.Direction != -1 {
		errs = append(errs, fmt.Errorf("direction is %v: it must be 1 or -1", j.Direction))
	}
	if !(j.Speed > 0 && j.Speed <= math.MaxFloat64) {
		errs = append(errs, fmt.Errorf("speed is %v rad/s: it must be positive and finite", j.Speed))
	}
	return errors.Join(errs...)
}

// validateLimits refuses limits that are fine each by itself and leave no posture.
func (a *Arm) validateLimits() error {
	elbow := a.Joints[Elbow]
	if elbow.Max-elbow.Min <= 2*elbowMargin {
		return fmt.Errorf("elbow: the limits %s to %s leave it no room beside straight and folded",
			degrees(elbow.Min), degrees(elbow.Max))
	}
	var least, most float64
	for _, j := range a.Joints[Shoulder:] {
		least, most = least+j.Min, most+j.Max
	}
	pitch := a.Pitch + turn*math.Ceil((least-a.Pitch-rounding)/turn)
	if pitch > most+rounding {
		return fmt.Errorf("pitch %s: the limits of shoulder, elbow and wrist leave the hand no such pitch, only %s to %s",
			degrees(a.Pitch), degrees(least), degrees(most))
	}
	return nil
}
