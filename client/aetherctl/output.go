package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

// print tells a result: text for a person, or object for a program.
func (s *station) print(c *cobra.Command, text string, object any) error {
	if s.json {
		return json.NewEncoder(c.OutOrStdout()).Encode(object)
	}
	_, err := fmt.Fprintln(c.OutOrStdout(), text)
	return err
}

// ok is what every object of a result begins with.
type ok struct {
	OK bool `json:"ok"`
}

var done = ok{true}

// failure is the object of an error.
type failure struct {
	ok
	Error errorJSON `json:"error"`
}

type errorJSON struct {
	Exit    int        `json:"exit"`
	Code    string     `json:"code,omitempty"` // the protocol's, where the daemon refused
	Message string     `json:"message"`
	Field   string     `json:"field,omitempty"`
	Holder  string     `json:"holder,omitempty"`
	StopID  uint64     `json:"stop_id,omitempty"`
	Outcome string     `json:"outcome,omitempty"` // of a motion that did not arrive
	Cause   string     `json:"cause,omitempty"`
	State   *stateJSON `json:"state,omitempty"` // where the arm is stopped
}

func describe(err error, exit int) errorJSON {
	e := errorJSON{Exit: exit, Message: err.Error()}
	var (
		refused    *client.Error
		unfinished *client.Unfinished
		hint       *explained
	)
	if errors.As(err, &refused) {
		e.Code, e.Field, e.Holder, e.StopID = string(refused.Code), refused.Field, refused.Holder, refused.StopID
	}
	if errors.As(err, &unfinished) {
		e.Outcome, e.Cause = unfinished.End.String(), unfinished.Cause
	}
	if errors.As(err, &hint) && hint.state != nil {
		e.StopID, e.State = hint.state.StopID, newStateJSON(hint.state)
	}
	return e
}

// pointJSON is a point as the protocol writes it.
type pointJSON struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	Z float64 `json:"z"`
}

func newPointJSON(p safety.Point, known bool) *pointJSON {
	if !known {
		return nil
	}
	return &pointJSON{p.X, p.Y, p.Z}
}

// stateJSON is a state in the words of the protocol.
type stateJSON struct {
	State      string             `json:"state"`
	StopID     uint64             `json:"stop_id,omitempty"`
	Causes     []client.Cause     `json:"causes,omitempty"`
	StopResult string             `json:"stop_result,omitempty"`
	Holder     *string            `json:"holder"`
	Role       string             `json:"role"`
	Position   *pointJSON         `json:"position"`
	Joints     map[string]float64 `json:"joints,omitempty"` // rad, where the arm has them
	Target     *pointJSON         `json:"target"`
	Gripper    any                `json:"gripper"`
	Driver     string             `json:"driver"`
	Link       string             `json:"link"`
}

func newStateJSON(s *client.State) *stateJSON {
	j := &stateJSON{
		State: s.State, StopID: s.StopID, Causes: s.Causes, StopResult: s.StopResult, Role: s.Role,
		Position: newPointJSON(s.Position, s.HasPosition), Target: newPointJSON(s.Target, s.HasTarget),
		Driver: s.Driver, Link: linkWord(s.LinkUp),
	}
	if len(s.Joints) > 0 {
		j.Joints = make(map[string]float64, len(s.Joints))
	}
	for _, joint := range s.Joints {
		j.Joints[joint.Name] = joint.Angle
	}
	if s.Holder != "" {
		j.Holder = &s.Holder
	}
	switch {
	case s.Gripper == safety.GripperUnchanged:
	case s.Gripper.Partial():
		j.Gripper = s.Gripper.Opening()
	default:
		j.Gripper = s.Gripper.String()
	}
	return j
}

func linkWord(up bool) string {
	if up {
		return "up"
	}
	return "down"
}

// pointText is a point for a person, in mm.
func pointText(p safety.Point, known bool) string {
	if !known {
		return "unknown"
	}
	return coordinate(p.X) + " " + coordinate(p.Y) + " " + coordinate(p.Z)
}

// coordinate is a length for a person, to a tenth of a millimetre.
func coordinate(mm float64) string {
	return strconv.FormatFloat(math.Round(mm*10)/10+0, 'f', 1, 64) // + 0: no "-0.0"
}
