package safety

import (
	"math"
	"time"
)

// Instant is a moment on the daemon's monotonic clock: the time since the
// process started. The gate never reads a clock, every method takes the moment
// as an argument, so a transcript or a replay gives the same answers again.
type Instant = time.Duration

// Point is a position in millimetres in the arm's base frame: x forward,
// y left, z up. A velocity in mm/s has the same shape.
type Point struct{ X, Y, Z float64 }

// Add returns p + q.
func (p Point) Add(q Point) Point { return Point{p.X + q.X, p.Y + q.Y, p.Z + q.Z} }

// Sub returns p - q.
func (p Point) Sub(q Point) Point { return Point{p.X - q.X, p.Y - q.Y, p.Z - q.Z} }

// Scale returns p with every coordinate multiplied by k.
func (p Point) Scale(k float64) Point { return Point{p.X * k, p.Y * k, p.Z * k} }

// Norm returns the length of p.
func (p Point) Norm() float64 { return math.Sqrt(p.X*p.X + p.Y*p.Y + p.Z*p.Z) }

// Finite reports whether no coordinate is NaN or infinite.
func (p Point) Finite() bool {
	const k = 0 // x*0 is NaN for NaN and for both infinities
	return p.X*k == 0 && p.Y*k == 0 && p.Z*k == 0
}

// Gripper is what the gripper is told to do.
type Gripper uint8

const (
	GripperUnchanged Gripper = iota // the request does not name the gripper
	GripperOpen
	GripperClosed
)

// String returns the word of the protocol, or "" for GripperUnchanged.
func (g Gripper) String() string {
	return [...]string{"", "open", "closed"}[g]
}

// Role is what a station may do. Every role may stop the arm.
type Role uint8

const (
	Observer   Role = iota // watches and stops
	Operator               // moves the arm when it holds the lease; the default
	Supervisor             // takes the lease from an operator
)

var roleNames = [...]string{"observer", "operator", "supervisor"}

func (r Role) String() string { return roleNames[r] }

// ParseRole returns the role of that name.
func ParseRole(name string) (Role, bool) {
	for i, n := range roleNames {
		if n == name {
			return Role(i), true
		}
	}
	return Observer, false
}

// State is the state of the gate; the transitions stand in the package's doc.
type State uint8

const (
	Idle    State = iota // nobody holds
	Active               // a holder, moving or at its target
	Held                 // decelerated by itself: deadman, holder gone
	Stopped              // latched until a reset names the stop
)

var stateNames = [...]string{"idle", "active", "held", "stopped"}

// States lists every state's name, in the order of the constants.
func States() []string { return stateNames[:] }

func (s State) String() string { return stateNames[s] }

// Reason is the outcome of a request at the gate. Refusing is ordinary work, so
// it is a value and not an error.
type Reason uint8

const (
	Accepted Reason = iota
	NotPermitted
	RateLimited
	Expired
	StoppedLatched
	NotInControl
	OutOfWorkspace
	SpeedOutOfRange
	GripperUnsupported
	HigherRoleNeeded
	WrongStopID
	NotStopped
	CauseActive
	StillMoving
	reasonCount
)

var reasonNames = [reasonCount]string{
	Accepted:           "ok",
	NotPermitted:       "not_permitted",
	RateLimited:        "rate_limited",
	Expired:            "expired",
	StoppedLatched:     "stopped",
	NotInControl:       "not_in_control",
	OutOfWorkspace:     "out_of_workspace",
	SpeedOutOfRange:    "speed_out_of_range",
	GripperUnsupported: "gripper_unsupported",
	HigherRoleNeeded:   "higher_role_needed",
	WrongStopID:        "wrong_stop_id",
	NotStopped:         "not_stopped",
	CauseActive:        "cause_active",
	StillMoving:        "still_moving",
}

// Reasons lists every reason, Accepted first.
func Reasons() []Reason {
	all := make([]Reason, reasonCount)
	for i := range all {
		all[i] = Reason(i)
	}
	return all
}

// String returns the code that stations and metrics see.
func (r Reason) String() string { return reasonNames[r] }

// Verdict is the gate's one answer to a request. Fields beside Reason are set
// where the reason needs them.
type Verdict struct {
	Reason     Reason
	Clamped    bool          // Target was moved onto the workspace's face
	Target     Point         // mm; with Clamped, where the arm goes instead
	RetryAfter time.Duration // with RateLimited
	StopID     uint64        // with StoppedLatched, WrongStopID, CauseActive and StillMoving; of an accepted Reset
	Holder     string        // with NotInControl and HigherRoleNeeded: the name of the station that holds
	Axis       string        // with OutOfWorkspace: "x", "y" or "z", the first coordinate outside
}

// OK reports whether the request was admitted.
func (v Verdict) OK() bool { return v.Reason == Accepted }

// Setpoint is where the arm is to be one tick from now. It is at most one tick
// of motion away from the setpoint before it.
type Setpoint struct {
	Position Point   // mm
	Speed    float64 // mm/s over this tick
	Braking  bool    // part of a stop's deceleration, the only motion after a stop
}
