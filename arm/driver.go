package arm

import (
	"context"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Driver drives one arm. One goroutine, the daemon's writer, calls every method;
// a driver may start a reader of its own in Open and ends it in Close.
//
// now is the daemon's monotonic clock (safety.Instant). A call writes at most one
// short frame and returns; how long it takes is watched from outside, so a driver
// needs no write deadline of its own. Any error from Move, Grip, Stop, Rearm or
// Service means that the link is lost: the writer latches a stop, closes and reopens.
type Driver interface {
	// Capabilities says what this arm can do and promise. It never changes.
	Capabilities() Capabilities

	// Open connects, waits until the controller answers, and reads where the arm
	// is. It moves nothing unless Capabilities().MovesOnOpen. Until Close, what
	// the arm reports goes to f. After an error nothing stays open.
	Open(ctx context.Context, f Feedback) (Opened, error)

	// Accepts returns how much of the step from sp.From to sp.Position can be sent now
	// without committing the arm to more than Capabilities().Horizon of motion, and
	// without turning a joint too fast: 1 for all of it, 0 for nothing, and what is
	// between for a step that is shortened along its line. Of a step that is not taken
	// the writer asks again a tick later. The gate is locked: Accepts reports nothing
	// to Feedback.
	Accepts(now safety.Instant, sp safety.Setpoint) (part float64)

	// Move sends one setpoint that Accepts has let pass, shortened if it asked for that.
	Move(now safety.Instant, sp safety.Setpoint) error

	// Grip sends, or notes for the next Service, what the gripper shall do.
	// Feedback.Gripped follows when it was carried out.
	Grip(now safety.Instant, g safety.Gripper) error

	// Stop drops everything that was sent and not yet executed, and holds.
	// The level is always hold: servos stay on. What follows (repeated stop bytes,
	// waiting for standstill) happens in Service, and ends with Feedback.Stopped.
	Stop(now safety.Instant) error

	// Rearm sends what the controller needs after a stop before it moves again,
	// for example an unlock. It moves nothing. It follows an accepted reset.
	Rearm(now safety.Instant) error

	// Relax switches the motors off: the arm falls, or can be moved by hand. It is called
	// at rest, after a Stop, and only where Capabilities().Relaxes; elsewhere it returns
	// errors.ErrUnsupported. Rearm switches them on again, where the arm then is.
	Relax(now safety.Instant) error

	// Service does what is due: polls for the position, sends a line that waited.
	// It returns when it wants to be called again, or Never.
	// The writer also calls it after every Feedback.Wake.
	Service(now safety.Instant) (next safety.Instant, err error)

	// Close ends the reader and closes the port. The arm keeps holding.
	Close() error
}

// Never is a moment that does not come: Service has nothing to do.
const Never safety.Instant = 1<<63 - 1

// Capabilities is what a driver can do and promise for its kind of arm.
type Capabilities struct {
	Driver      string        // name in the configuration
	Horizon     time.Duration // most motion that is ever committed to the controller; 0: cannot promise one
	Measured    bool          // positions come from the arm, not from what was commanded
	StopsItself bool          // after Stop the controller decelerates by itself: it needs no braking setpoints
	GripAtRest  bool          // the gripper acts only while the arm stands
	GripRides   bool          // every motion tells the gripper's position again
	Gripper     safety.GripperKind
	HostIK      bool       // joint angles are calculated here, not by the controller
	MovesOnOpen bool       // the arm moves by itself when the port is opened
	Unlocks     bool       // Rearm may unlock a controller that locked itself
	Relaxes     bool       // Relax switches the motors off
	StopEffect  StopResult // the best result that Stop can report
	Joints      []string   // names of the joints whose angles are measured with the position, at most MostJoints; nil: none; not to be changed
}

// Opened is what a driver learned while opening.
type Opened struct {
	Position safety.Point // mm, where the arm is
	Joints   Angles       // rad, of the same reading as Position
	MaxSpeed float64      // mm/s that keeps the promised horizon on this controller; 0: no limit of its own
	Firmware string       // what the controller calls itself, for logs
	Alarm    string       // not "": the controller is locked, and says why
}

// Feedback is where a driver reports to. Its methods may be called from any
// goroutine, and return quickly.
type Feedback interface {
	// Measured reports where the arm is.
	Measured(m Measurement)
	// Gripped reports that the gripper carried out g.
	Gripped(g safety.Gripper)
	// Stopped reports what the last Stop came to.
	Stopped(r StopResult)
	// Alarm reports that the controller refused, failed or locked itself.
	// locked: it takes no motion until it is unlocked or reset.
	Alarm(text string, locked bool)
	// Unlocked reports that a lock ended.
	Unlocked()
	// Lost reports that the link is gone.
	Lost(err error)
	// Wake asks the writer to call Service soon.
	Wake()
}

// Measurement is one reading of the arm: everything in it is of the same moment.
type Measurement struct {
	Position safety.Point // mm
	Joints   Angles       // rad
	AtRest   bool         // the arm itself says that it stands
}

// Reacher is a Driver that knows which points its arm can reach. Others leave that to the
// person who writes the workspace.
type Reacher interface {
	// Reaches returns nil if the arm can go to p (mm), and otherwise says why not.
	Reaches(p safety.Point) error
}

// StopResult is what a stop came to on the arm.
type StopResult = safety.StopResult

const (
	StopPending     = safety.StopPending
	StopUnsupported = safety.StopUnsupported
	StopSent        = safety.StopSent
	StopConfirmed   = safety.StopConfirmed
)
