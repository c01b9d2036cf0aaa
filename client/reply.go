package client

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/aether-arm/aetherd/safety"
)

// maxReply is the longest line in bytes that is taken from the daemon. The longest that it
// sends is a state with every cause of a stop, some kilobytes.
const maxReply = 64 << 10

// reply is one line of the daemon: a reply has a status, an event has an event. Members
// that this client does not know are skipped: they come with newer daemons.
type reply struct {
	Status  string         `json:"status"`
	Event   string         `json:"event"`
	ID      jsontext.Value `json:"id"`
	Message string         `json:"message"`

	Code       string  `json:"code"`
	Field      string  `json:"field"`
	StopID     uint64  `json:"stop_id"`
	Holder     string  `json:"holder"`
	RetryAfter float64 `json:"retry_after_ms"`

	Clamped *point `json:"clamped"`
	Cause   string `json:"cause"`

	State      string         `json:"state"`
	Causes     []Cause        `json:"causes"`
	StopResult string         `json:"stop_result"`
	You        you            `json:"you"`
	Position   *point         `json:"position"`
	Joints     jointMembers   `json:"joints"`
	Target     *point         `json:"target"`
	Gripper    jsontext.Value `json:"gripper"`
	Arm        armMembers     `json:"arm"`

	Protocol   int       `json:"protocol"`
	Session    uint64    `json:"session"`
	Server     string    `json:"server"`
	Role       string    `json:"role"`
	Workspace  workspace `json:"workspace"`
	Limits     limits    `json:"limits"`
	Control    string    `json:"control"`
	Deadman    float64   `json:"deadman_ms"`
	Lease      float64   `json:"lease_ms"`
	ConfigHash string    `json:"config_hash"`
}

type point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	Z float64 `json:"z"`
}

// known returns the point, and whether there is one.
func (p *point) known() (safety.Point, bool) {
	if p == nil {
		return safety.Point{}, false
	}
	return safety.Point(*p), true
}

type you struct {
	Role  string `json:"role"`
	Holds bool   `json:"holds"`
}

type armMembers struct {
	Name    string `json:"name"`
	Driver  string `json:"driver"`
	Gripper string `json:"gripper"`
	Relaxes bool   `json:"relaxes"`
	Link    string `json:"link"`
}

type workspace struct {
	X       [2]float64 `json:"x"`
	Y       [2]float64 `json:"y"`
	Z       [2]float64 `json:"z"`
	Outside string     `json:"outside"`
}

type limits struct {
	Speed     float64 `json:"speed"`
	Accel     float64 `json:"accel"`
	StopAccel float64 `json:"stop_accel"`
	Rate      float64 `json:"rate"`
	Burst     int     `json:"burst"`
	Horizon   float64 `json:"horizon_ms"`
}

const (
	statusOK    = "ok"
	statusError = "error"
	linkUp      = "up"
)

// parse reads one line, which is not kept.
func parse(line []byte) (*reply, error) {
	r := new(reply)
	if err := json.Unmarshal(bytes.TrimRight(line, "\r\n"), r); err != nil {
		return nil, foreign(line, err)
	}
	if r.Event == "" && r.Status != statusOK && r.Status != statusError {
		return nil, foreign(line, nil)
	}
	return r, nil
}

// foreign says what a line looks like that is neither a reply nor an event.
func foreign(line []byte, err error) error {
	switch {
	case bytes.HasPrefix(line, []byte("HTTP/")):
		return fmt.Errorf("%w: an HTTP server answers there", ErrProtocol)
	case bytes.Contains(line, []byte(`"right_hand"`)):
		return fmt.Errorf("%w: that is the hand stream of an Aether laptop, which is to be read and not commanded", ErrProtocol)
	case err != nil:
		return fmt.Errorf("%w: %.80q: %w", ErrProtocol, line, err)
	}
	return fmt.Errorf("%w: %.80q is neither a reply nor an event", ErrProtocol, line)
}

// refusal returns nil for a reply that says ok, and otherwise an *Error.
func (r *reply) refusal() error {
	if r.Status == statusOK {
		return nil
	}
	return &Error{
		Code:       Code(r.Code),
		Message:    r.Message,
		Field:      r.Field,
		StopID:     r.StopID,
		Holder:     r.Holder,
		RetryAfter: millis(r.RetryAfter),
	}
}

// answers reports whether r can be the reply to the request number id. Only a refusal may
// come without its id.
func (r *reply) answers(id uint64) bool {
	if len(r.ID) == 0 {
		return r.Status == statusError
	}
	return string(r.ID) == strconv.FormatUint(id, 10)
}

func millis(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
