package client

import (
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/aether-arm/aetherd/safety"
)

// State is what the daemon tells of the arm. Words are those of the protocol.
type State struct {
	State      string  // "idle", "active", "held" or "stopped"
	StopID     uint64  // while stopped: the latest stop
	Causes     []Cause // while stopped, the first cause first; not to be changed
	StopResult string  // while stopped: "pending", "sent", "confirmed" or "unsupported"

	Holder string // who has control; "" for nobody
	Role   string // of this station
	Holds  bool   // this station has control

	Position    safety.Point // mm, valid with HasPosition
	Target      safety.Point // mm, valid with HasTarget
	HasPosition bool         // the arm answers
	HasTarget   bool
	Joints      []Joint        // measured with Position, in the arm's order; nil: not known, or the arm has none; not to be changed
	Gripper     safety.Gripper // what it was last told; GripperUnchanged: not known

	Driver string
	LinkUp bool // the daemon reaches the arm
}

// Cause is one cause of a stop, and who or what it was where that is known.
type Cause struct {
	Cause string `json:"cause"`
	By    string `json:"by"`
}

// Stopped reports whether a stop is latched.
func (s *State) Stopped() bool { return s.State == safety.Stopped.String() }

func (r *reply) state() State {
	s := State{
		State:      r.State,
		StopID:     r.StopID,
		Causes:     r.Causes,
		StopResult: r.StopResult,
		Holder:     r.Holder,
		Role:       r.You.Role,
		Holds:      r.You.Holds,
		Joints:     r.Joints,
		Gripper:    gripperOf(r.Gripper),
		Driver:     r.Arm.Driver,
		LinkUp:     r.Arm.Link == linkUp,
	}
	s.Position, s.HasPosition = r.Position.known()
	s.Target, s.HasTarget = r.Target.known()
	return s
}

// gripperOf reads "open", "closed" or an opening in percent; all else is not known.
func gripperOf(v jsontext.Value) safety.Gripper {
	word := strings.Trim(string(v), `"`)
	switch word {
	case safety.GripperOpen.String():
		return safety.GripperOpen
	case safety.GripperClosed.String():
		return safety.GripperClosed
	}
	if percent, err := strconv.Atoi(word); err == nil && percent >= 0 && percent <= 100 {
		return safety.GripperAt(percent)
	}
	return safety.GripperUnchanged
}
