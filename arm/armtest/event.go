package armtest

import (
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// What an [Event] tells, on every machine. A machine may have more.
const (
	EvLine    = "line"    // Text: a line came in, complete
	EvLost    = "lost"    // N: so many bytes found no room
	EvSent    = "tx"      // Text: a line went out
	EvState   = "state"   // Text: the state that the controller is in from now on
	EvStart   = "start"   // motion begins
	EvRest    = "rest"    // motion has ended; Text: how, if not as usual
	EvPos     = "pos"     // a sample, every SamplePeriod of motion
	EvOutput  = "out"     // Text: the gripper or the tool that takes effect; N: its value
	EvFault   = "fault"   // Text: a command took effect
	EvRefused = "refused" // Text: why a command did not
	EvPty     = "pty"     // Text: a new pty is there
)

// SamplePeriod is the distance of two EvPos events.
const SamplePeriod = 5 * time.Millisecond

// Event is one line of a machine's log. Every one says where the arm truly is,
// whatever the controller believes, and how fast it moves.
type Event struct {
	T      int64     `json:"t"` // ns; in the emulator's process on CLOCK_MONOTONIC
	Ev     string    `json:"ev"`
	X      float64   `json:"x"` // mm; 0 for an arm that has Joints
	Y      float64   `json:"y"`
	Z      float64   `json:"z"`
	V      float64   `json:"v"`                // mm/s; of an arm that has Joints the fastest joint, rad/s
	Joints []float64 `json:"joints,omitempty"` // rad, of an arm of bus servos, in the order of their ids
	Text   string    `json:"text,omitempty"`
	N      int       `json:"n,omitempty"`
}

// Position returns where the arm was, in mm.
func (e Event) Position() safety.Point { return safety.Point{X: e.X, Y: e.Y, Z: e.Z} }
