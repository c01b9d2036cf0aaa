package recording

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

// The events of a recording.
const (
	eventRecording  = "recording"
	eventControl    = "control"
	eventConnection = "connection"
)

// stateLine is a line that tells where the arm is.
type stateLine struct {
	T        float64        `json:"t_ms"`
	Position *point         `json:"position"` // null while the arm does not answer
	Target   *point         `json:"target"`
	Gripper  any            `json:"gripper"` // "open", "closed", percent, or null where it is not known
	State    string         `json:"state"`
	Holder   *string        `json:"holder"`
	StopID   uint64         `json:"stop_id,omitempty"`
	Causes   []client.Cause `json:"causes,omitempty"`

	Joints map[string]float64 `json:"joints,omitempty"` // rad, where the arm has them
}

type point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	Z float64 `json:"z"`
}

// firstLine says where a recording comes from.
type firstLine struct {
	T          float64 `json:"t_ms"`
	Event      string  `json:"event"`
	Started    string  `json:"started"`
	Server     string  `json:"server"`
	Arm        string  `json:"arm"`
	Driver     string  `json:"driver"`
	ConfigHash string  `json:"config_hash"`
	RateHz     float64 `json:"rate_hz"`
}

type controlLine struct {
	T      float64 `json:"t_ms"`
	Event  string  `json:"event"`
	Holder *string `json:"holder"`
}

type connectionLine struct {
	T             float64 `json:"t_ms"`
	Event         string  `json:"event"`
	Up            bool    `json:"up"`
	ConfigChanged bool    `json:"config_changed,omitempty"`
	Error         string  `json:"error,omitempty"`
}

// millis is a time as t_ms, to a tenth of a millisecond.
func millis(at time.Duration) float64 {
	return math.Round(float64(at)/float64(time.Millisecond)*10) / 10
}

func newPoint(p safety.Point, known bool) *point {
	if !known {
		return nil
	}
	return &point{p.X, p.Y, p.Z}
}

func newStateLine(at time.Duration, s *client.State) stateLine {
	l := stateLine{
		T: millis(at), Position: newPoint(s.Position, s.HasPosition), Target: newPoint(s.Target, s.HasTarget),
		Gripper: gripperWord(s.Gripper), State: s.State, Holder: nullable(s.Holder), StopID: s.StopID, Causes: s.Causes,
	}
	if len(s.Joints) > 0 {
		l.Joints = make(map[string]float64, len(s.Joints))
	}
	for _, j := range s.Joints {
		l.Joints[j.Name] = j.Angle
	}
	return l
}

func gripperWord(g safety.Gripper) any {
	switch {
	case g == safety.GripperUnchanged:
		return nil
	case g.Partial():
		return g.Opening()
	}
	return g.String()
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
