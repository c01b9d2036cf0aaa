package drivertest

import (
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// Rig is what the suite has to know of a kind of arm.
type Rig struct {
	// Driver makes the driver. open is nil where there is no Machine.
	Driver func(open arm.Opener) arm.Driver

	// Machine makes the controller and its arm, at rest inside Workspace. nil: the driver is
	// its own arm, and Truth says where that is. Without a machine nothing of the line is
	// checked.
	Machine func(now time.Duration) armtest.Machine
	Truth   func(d arm.Driver, now safety.Instant) safety.Point

	// Sagging makes a machine whose servos give way under its weight; nil: none do.
	Sagging func(now time.Duration) armtest.Machine

	// Where is the tool point of an event in the driver's frame, mm; nil: Event.Position.
	Where func(armtest.Event) safety.Point

	// Forward is where the joints of Capabilities.Joints, in rad, bring the tool point, in mm;
	// nil where the driver measures none.
	Forward func(joints []float64) safety.Point

	// Goal is where a frame that a driver wrote sends the arm, mm; false for all frames
	// that move nothing.
	Goal func(frame []byte) (to safety.Point, ok bool)

	Tick      time.Duration // between two setpoints
	Limits    safety.Limits // zero: the daemon's defaults
	Workspace safety.Box    // mm; the arm reaches all of it
	Tolerance float64       // mm; within it an arm that stands is where it was sent, and where it says

	Unreachable *safety.Point // outside Workspace, and out of reach as well; nil: the driver cannot know
	Refusals    []Refusal
	Push        string // the fault of the machine that moves a limp arm, as a hand does
}

// Refusal is a fault of the machine in the middle of a motion, and what comes of it.
type Refusal struct {
	Fault  string
	Words  string // in the alarm's text
	Locked bool   // the controller takes no motion afterwards
}

// defaultLimits are the daemon's.
var defaultLimits = safety.Limits{Speed: 250, Accel: 1000, StopAccel: 2500}

// trackingError is how far the arm may be from its setpoint, in mm: the daemon's default.
const trackingError = 50

func (r Rig) limits() safety.Limits {
	if r.Limits == (safety.Limits{}) {
		return defaultLimits
	}
	return r.Limits
}

func (r Rig) where(e armtest.Event) safety.Point {
	if r.Where == nil {
		return e.Position()
	}
	return r.Where(e)
}

// gate is what the gate decides by. Nothing runs out while a trial lasts.
func (r Rig) gate(c arm.Capabilities) safety.Config {
	box := r.Workspace
	if p := r.Unreachable; p != nil {
		box.Min = safety.Point{X: min(box.Min.X, p.X), Y: min(box.Min.Y, p.Y), Z: min(box.Min.Z, p.Z)}
		box.Max = safety.Point{X: max(box.Max.X, p.X), Y: max(box.Max.Y, p.Y), Z: max(box.Max.Z, p.Z)}
	}
	return safety.Config{
		Workspace:     box,
		Limits:        r.limits(),
		Tick:          r.Tick,
		Deadman:       time.Hour,
		Lease:         time.Hour,
		Rate:          1e6,
		Burst:         1e6,
		TrackingError: trackingError,
		StartStopped:  true,
		Arm: safety.Arm{
			Measured:    c.Measured,
			StopsItself: c.StopsItself,
			GripAtRest:  c.GripAtRest,
			Gripper:     c.Gripper,
			Unlocks:     c.Unlocks,
			Relaxes:     c.Relaxes,
		},
	}
}
