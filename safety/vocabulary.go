package safety

import (
	"math"
	"strconv"
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

// Norm returns the length of p, the same bits wherever it is asked for: the conversions keep a
// compiler for arm64 from fusing a multiplication with the addition in one place and not in another.
func (p Point) Norm() float64 {
	return math.Sqrt(float64(p.X*p.X) + float64(p.Y*p.Y) + float64(p.Z*p.Z))
}

// Finite reports whether no coordinate is NaN or infinite.
func (p Point) Finite() bool {
	const k = 0 // x*0 is NaN for NaN and for both infinities
	return p.X*k == 0 && p.Y*k == 0 && p.Z*k == 0
}

// Gripper is what the gripper is told to do: an opening in whole percent, plus one.
type Gripper uint8

const (
	GripperUnchanged Gripper = 0   // the request does not name the gripper
	GripperClosed    Gripper = 1   // 0 %
	GripperOpen      Gripper = 101 // 100 %
)

// GripperAt returns the gripper at an opening from 0 (closed) to 100 % (open); what is beyond
// is taken for the nearer end.
func GripperAt(percent int) Gripper { return GripperClosed + Gripper(min(max(percent, 0), 100)) }

// Opening returns the opening in percent, from 0 (closed) to 100 (open). It means nothing
// for GripperUnchanged.
func (g Gripper) Opening() int { return int(g) - int(GripperClosed) }

// Partial reports whether the gripper is to be neither open nor closed.
func (g Gripper) Partial() bool { return g > GripperClosed && g < GripperOpen }

// String returns the word of the protocol, the percentage of a partial opening, or ""
// for GripperUnchanged.
func (g Gripper) String() string {
	switch g {
	case GripperUnchanged:
		return ""
	case GripperClosed:
		return "closed"
	case GripperOpen:
		return "open"
	}
	return strconv.Itoa(g.Opening())
}

// GripperKind is what a gripper can be told.
type GripperKind uint8

const (
	NoGripper        GripperKind = iota
	OpenCloseGripper             // open and closed
	OpeningGripper               // every opening from 0 to 100 %
)

func (k GripperKind) String() string {
	return [...]string{"none", "open_close", "opening"}[k]
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
	OpeningUnsupported
	RelaxUnsupported
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
	OpeningUnsupported: "opening_unsupported",
	RelaxUnsupported:   "relax_unsupported",
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
	StopID     uint64        // with StoppedLatched, WrongStopID, CauseActive and StillMoving; of an accepted Reset and Relax
	Holder     string        // with NotInControl and HigherRoleNeeded: the name of the station that holds
	Axis       string        // with OutOfWorkspace: "x", "y" or "z", the first coordinate outside
}

// OK reports whether the request was admitted.
func (v Verdict) OK() bool { return v.Reason == Accepted }

// Setpoint is where the arm is to be one tick from now. It is at most one tick
// of motion away from the setpoint before it, or from where the arm stood.
type Setpoint struct {
	From     Point   // mm, where the step begins
	Position Point   // mm
	Speed    float64 // mm/s over this tick
	Braking  bool    // part of a stop's deceleration, the only motion after a stop
}
