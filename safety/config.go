package safety

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Outside says what happens to a target outside the workspace.
type Outside uint8

const (
	Reject Outside = iota // refused with OutOfWorkspace
	Clamp                 // moved to the nearest point of the workspace; the verdict says where
)

// Control says who may set the target.
type Control uint8

const (
	Exclusive Control = iota // the station that holds the lease
	Shared                   // any operator
)

// Limits bound the motion of the setpoint.
type Limits struct {
	Speed     float64 // mm/s
	Accel     float64 // mm/s²
	StopAccel float64 // mm/s², deceleration of a stop and of a hold; at least Accel
}

// Box is a workspace: the convex box between two corners, in mm.
type Box struct{ Min, Max Point }

// Contains reports whether p lies in b. Where it does not, axis names the first
// coordinate outside.
func (b Box) Contains(p Point) (ok bool, axis string) {
	switch {
	case !(p.X >= b.Min.X && p.X <= b.Max.X):
		return false, "x"
	case !(p.Y >= b.Min.Y && p.Y <= b.Max.Y):
		return false, "y"
	case !(p.Z >= b.Min.Z && p.Z <= b.Max.Z):
		return false, "z"
	}
	return true, ""
}

// Clamp returns the point of b that is nearest to p.
func (b Box) Clamp(p Point) Point {
	return Point{
		min(max(p.X, b.Min.X), b.Max.X),
		min(max(p.Y, b.Min.Y), b.Max.Y),
		min(max(p.Z, b.Min.Z), b.Max.Z),
	}
}

// including returns the smallest box that holds b and p: an arm that was found
// outside its workspace may come in, and not go farther out.
func (b Box) including(p Point) Box {
	return Box{
		Min: Point{min(b.Min.X, p.X), min(b.Min.Y, p.Y), min(b.Min.Z, p.Z)},
		Max: Point{max(b.Max.X, p.X), max(b.Max.Y, p.Y), max(b.Max.Z, p.Z)},
	}
}

// Arm is what the gate must know of the arm it guards.
type Arm struct {
	Measured    bool        // positions come from the arm, not from what was commanded
	StopsItself bool        // a stop needs no braking setpoints
	GripAtRest  bool        // the gripper acts only while the arm stands
	Gripper     GripperKind // what the gripper can be told
	Unlocks     bool        // a reset may unlock a controller that locked itself
	Relaxes     bool        // the motors can be switched off
}

// Config is everything that the gate decides by. There are no defaults here and no
// value means "off": Validate refuses what is absent.
type Config struct {
	Workspace     Box
	Outside       Outside
	Control       Control
	Limits        Limits
	Tick          time.Duration // between two setpoints
	Deadman       time.Duration // a moving holder must be heard from within this
	Lease         time.Duration // a silent holder loses control after this
	Rate          float64       // requests per second and connection
	Burst         int           // requests at once
	TrackingError float64       // mm between setpoint and measurement that latch a stop
	StartStopped  bool          // boot is a stop
	Arm           Arm
}

// Validate reports every value that the gate cannot work with.
func (c Config) Validate() error {
	var errs []error
	positive := func(name string, v float64) {
		if !(v > 0) || math.IsInf(v, 1) {
			errs = append(errs, fmt.Errorf("%s is %v: it must be positive and finite", name, v))
		}
	}
	positive("speed", c.Limits.Speed)
	positive("acceleration", c.Limits.Accel)
	positive("stop acceleration", c.Limits.StopAccel)
	positive("tick", c.Tick.Seconds())
	positive("deadman", c.Deadman.Seconds())
	positive("lease", c.Lease.Seconds())
	positive("rate", c.Rate)
	positive("burst", float64(c.Burst))
	positive("tracking error", c.TrackingError)
	if c.Limits.StopAccel < c.Limits.Accel {
		errs = append(errs, fmt.Errorf("stop acceleration %v is below the acceleration %v: a stop would be slower than a move",
			c.Limits.StopAccel, c.Limits.Accel))
	}
	if c.Deadman > c.Lease {
		errs = append(errs, fmt.Errorf("deadman %v is longer than the lease %v", c.Deadman, c.Lease))
	}
	size := c.Workspace.Max.Sub(c.Workspace.Min)
	if !(size.X > 0 && size.Y > 0 && size.Z > 0) || !c.Workspace.Min.Finite() || !c.Workspace.Max.Finite() {
		errs = append(errs, errors.New("workspace has no volume: every lower bound must be below its upper bound"))
	}
	return errors.Join(errs...)
}
