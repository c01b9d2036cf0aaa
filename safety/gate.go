package safety

import (
	"math"
	"time"
)

// never is a moment that does not come.
const never Instant = math.MaxInt64

// Gate decides what moves the arm. See the package's documentation for its states.
// It is not safe for concurrent use: the caller holds one lock around every method.
type Gate struct {
	cfg Config

	state  State
	holder *Session // who holds the lease; in shared control, who set the target last
	epoch  uint64   // number of the lease; an order of an older one moves nothing
	heard  Instant  // when the holder was last heard from

	motion   motion
	move     order
	grip     gripOrder
	nextTick Instant
	pos, vel Point   // of the motion before the setpoint that Tick returned last
	arrived  Instant // when the setpoint came to stand at the target

	stop stopLatch

	linkUp     bool
	locked     bool // the controller takes no motion until it is unlocked
	measured   Point
	hasMeasure bool
	stands     bool    // the arm said so with its last measurement
	promised   float64 // mm/s for which the arm keeps its horizon; 0: no limit of its own

	counts Counts
	events []Event
}

// Counts are totals since the gate was made.
type Counts struct {
	Superseded   uint64 // motions replaced by a newer one before they were done
	Expired      uint64 // motions admitted and not begun in time; refusals are not among them
	Setpoints    uint64
	DeadmanTrips uint64
	Handovers    uint64 // leases that began
}

// New returns a gate whose arm is not connected yet.
func New(now Instant, cfg Config) (*Gate, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	g := &Gate{
		cfg:    cfg,
		motion: motion{limits: cfg.Limits, box: cfg.Workspace, dt: cfg.Tick.Seconds()},
	}
	if cfg.StartStopped {
		g.Stop(now, Cause{Kind: CauseBoot})
	}
	return g, nil
}

// State returns the present state.
func (g *Gate) State() State { return g.state }

// StopID returns the number of the latest stop, 0 before the first.
func (g *Gate) StopID() uint64 { return g.stop.id }

// Epoch returns the number of the latest lease. It changes whenever a lease ends.
func (g *Gate) Epoch() uint64 { return g.epoch }

// AtRest reports whether the arm is known to have come to rest after the latest stop.
func (g *Gate) AtRest() bool { return g.stop.result != StopPending && g.motion.standing() }

// Counts returns the totals so far.
func (g *Gate) Counts() Counts { return g.counts }

// Snapshot is the gate as one station sees it.
type Snapshot struct {
	State      State
	StopID     uint64  // while stopped
	Causes     []Cause // while stopped, the first cause first
	StopResult StopResult
	Holder     string // "" where nobody holds
	Holds      bool   // the asking station holds
	Role       Role
	Deadman    time.Duration // of the asking station
	Position   Point         // valid with HasPosition
	Setpoint   Point         // valid with HasPosition
	Target     Point         // valid with HasTarget
	Gripper    Gripper
	LinkUp     bool
	MaxSpeed   float64 // mm/s, the lower of the configured limit and what the arm can promise

	HasPosition, HasTarget bool
}

// Snapshot describes the gate to s; s may be nil. Causes is the caller's own copy.
func (g *Gate) Snapshot(s *Session) Snapshot {
	snap := Snapshot{
		State:       g.state,
		StopResult:  g.stop.result,
		Position:    g.motion.pos,
		HasPosition: g.linkUp,
		Setpoint:    g.motion.pos,
		Target:      g.motion.target,
		HasTarget:   g.move.set,
		Gripper:     g.grip.last,
		LinkUp:      g.linkUp,
		MaxSpeed:    g.maxSpeed(),
	}
	if g.cfg.Arm.Measured && g.hasMeasure {
		snap.Position = g.measured
	}
	if g.state == Stopped {
		snap.StopID = g.stop.id
		snap.Causes = append([]Cause(nil), g.stop.causes...)
	}
	if g.holder != nil {
		snap.Holder = g.holder.name
		snap.Holds = g.holder == s
	}
	if s != nil {
		snap.Role, snap.Deadman = s.role, g.deadman(s)
	}
	return snap
}

// maxSpeed returns the speed in mm/s of a motion that asks for none.
func (g *Gate) maxSpeed() float64 {
	if g.promised > 0 {
		return min(g.cfg.Limits.Speed, g.promised)
	}
	return g.cfg.Limits.Speed
}

// The state changes only in the four functions below.

func (g *Gate) becomeIdle(c Cause)   { g.become(Idle, c) }
func (g *Gate) becomeActive(c Cause) { g.become(Active, c) }

// becomeHeld decelerates and drops what was ordered.
func (g *Gate) becomeHeld(c Cause) {
	g.dropOrders(StoppedShort, c.Kind)
	g.motion.goal = rest
	g.become(Held, c)
}

// becomeStopped decelerates, drops what was ordered, and latches.
func (g *Gate) becomeStopped(c Cause) {
	g.dropOrders(StoppedShort, c.Kind)
	g.grip.sent, g.grip.last = GripperUnchanged, GripperUnchanged // a stop drops what the gripper was told
	g.motion.goal = rest
	if g.cfg.Arm.StopsItself {
		g.motion.vel = Point{} // the controller brakes; where it ends, Measured says
	}
	g.become(Stopped, c)
}

func (g *Gate) become(s State, c Cause) {
	if g.state == s {
		return
	}
	g.state = s
	g.emit(Event{Kind: StateChanged, State: s, Cause: c})
}
