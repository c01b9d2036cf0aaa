package recording

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// Bounds of a file.
const (
	maxLine   = 64 << 10 // bytes of a line
	maxLines  = 5_000_000
	maxMillis = 1e9 // eleven days
)

// LineError is what is wrong with a line of a file.
type LineError struct {
	Line int // from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// Read reads a whole file. A last line that ends in the middle is left out, and Track.Cut says so.
func Read(in io.Reader) (*Track, error) {
	r := reader{track: &Track{}}
	lines := bufio.NewReaderSize(in, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		whole := err == nil
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, &LineError{r.line + 1, fmt.Errorf("more than %d bytes: is that a recording?", maxLine)}
		case err != nil && !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("after line %d: %w", r.line, err)
		}
		r.line++
		if len(bytes.TrimSpace(line)) > 0 {
			if fault := r.take(line); fault != nil {
				if whole || !errors.Is(fault, errNotJSON) {
					return nil, &LineError{r.line, fault}
				}
				r.track.Cut = true
			}
		}
		if !whole {
			return r.finish()
		}
		if r.line >= maxLines {
			return nil, fmt.Errorf("more than %d lines", maxLines)
		}
	}
}

// reader makes a track of lines.
type reader struct {
	track   *Track
	line    int
	last    float64 // t_ms
	stopped bool
	gripper safety.Gripper
	states  bool // there was a line that is no request
}

// anyLine has the members that tell what a line is, and those of states and events. What else
// a line has is for other programs.
type anyLine struct {
	T         *float64       `json:"t_ms"`
	Event     *string        `json:"event"`
	Type      jsontext.Value `json:"type"`
	State     *string        `json:"state"`
	Position  *readPoint     `json:"position"`
	Gripper   jsontext.Value `json:"gripper"`
	Up        bool           `json:"up"`
	Arm       jsontext.Value `json:"arm"`
	Hash      string         `json:"config_hash"`
	LeftHand  jsontext.Value `json:"left_hand"`
	RightHand jsontext.Value `json:"right_hand"`
}

type readPoint struct {
	X *float64 `json:"x"`
	Y *float64 `json:"y"`
	Z *float64 `json:"z"`
}

// What a line that cannot be taken is.
var (
	errNotJSON = errors.New("not a JSON object")
	errHands   = errors.New("a recording of a hand: play it by aetherctl teleop hands --play")
)

func (r *reader) take(line []byte) error {
	var l anyLine
	if err := json.Unmarshal(line, &l); err != nil {
		if syntax := (*jsontext.SyntacticError)(nil); errors.As(err, &syntax) || !startsObject(line) {
			return fmt.Errorf("%w: %w", errNotJSON, err)
		}
		return err
	}
	switch {
	case l.LeftHand != nil || l.RightHand != nil:
		return errHands
	case l.T == nil:
		return errors.New("no t_ms: a recording has the time in ms since its first line in each")
	case !(*l.T >= 0 && *l.T <= maxMillis):
		return fmt.Errorf("t_ms is %v: it must be from 0 to %.0f", *l.T, float64(maxMillis))
	case *l.T < r.last:
		return fmt.Errorf("t_ms is %v, and %v in a line before: times must not go back", *l.T, r.last)
	}
	r.last = *l.T
	at := time.Duration(math.Round(*l.T * float64(time.Millisecond)))
	switch {
	case l.Type != nil:
		return r.request(at, line)
	case r.track.Requests:
		return errors.New("no type: the lines before are requests, and a file has either requests or states")
	}
	r.states = true
	switch {
	case l.Event != nil:
		r.event(&l)
		return nil
	case l.State != nil || l.Position != nil:
		return r.state(at, &l)
	}
	return errors.New("neither a state nor a request: record writes what play reads")
}

func startsObject(line []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(line), []byte("{")) }

// event notes what is to be told of the recording. Events that this program does not know
// are skipped.
func (r *reader) event(l *anyLine) {
	switch {
	case *l.Event == eventRecording:
		r.track.ConfigHash = l.Hash
		_ = json.Unmarshal(l.Arm, &r.track.Arm) // only a name is one
	case *l.Event == eventConnection && !l.Up:
		r.track.Losses++
	}
}

func (r *reader) state(at time.Duration, l *anyLine) error {
	stopped := l.State != nil && *l.State == safety.Stopped.String()
	if stopped && !r.stopped {
		r.track.Stops++
	}
	r.stopped = stopped
	g, err := gripperOf(l.Gripper)
	if err != nil {
		return err
	}
	r.grip(at, g)
	if l.Position == nil {
		return nil
	}
	x, y, z := l.Position.X, l.Position.Y, l.Position.Z
	if x == nil || y == nil || z == nil {
		return errors.New("position has no x, y or z")
	}
	r.sample(at, safety.Point{X: *x, Y: *y, Z: *z}, 0)
	return nil
}

// sample adds a point. Of two at one time the later one is kept.
func (r *reader) sample(at time.Duration, p safety.Point, speed float64) {
	s := Sample{at, p, speed, r.line}
	if n := len(r.track.Samples); n > 0 && r.track.Samples[n-1].At == at {
		r.track.Samples[n-1] = s
		return
	}
	r.track.Samples = append(r.track.Samples, s)
}

func (r *reader) grip(at time.Duration, g safety.Gripper) {
	if g == safety.GripperUnchanged || g == r.gripper {
		return
	}
	r.gripper = g
	r.track.Grips = append(r.track.Grips, Grip{at, g, r.line})
}

// gripperOf reads what a state tells of the gripper.
func gripperOf(v jsontext.Value) (safety.Gripper, error) {
	if v == nil || v.Kind() == 'n' {
		return safety.GripperUnchanged, nil
	}
	var r codec.Request
	if f := codec.Decode(fmt.Appendf(nil, `{"type":"grip","gripper":%s}`, v), &r); f.Code != codec.NoFault {
		return 0, fmt.Errorf(`the gripper is %.40s: it must be "open", "closed", an opening from 0 to 100, or null`, v)
	}
	return r.Gripper, nil
}

// request takes a request as the protocol has it, with a time.
func (r *reader) request(at time.Duration, line []byte) error {
	if r.states {
		return errors.New("a request, where the lines before are states: a file has either")
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(line, &members); err != nil {
		return err
	}
	delete(members, "t_ms")
	plain, err := json.Marshal(members, json.Deterministic(true))
	if err != nil {
		return err
	}
	var q codec.Request
	if f := codec.Decode(plain, &q); f.Code != codec.NoFault {
		return fmt.Errorf("%s %s: not a request (see the codes in docs/protocol.md)", f.Code, f.Field)
	}
	if q.Check || q.Notify || q.TTL != 0 {
		return errors.New("check, notify and ttl_ms do not belong into a file: play asks for them itself")
	}
	switch q.Type {
	case codec.TypeMove, codec.TypeCommand:
		r.sample(at, q.Target, q.Speed)
	case codec.TypeGrip:
	default:
		return fmt.Errorf("%s: a file may have move, command and grip", q.Type)
	}
	r.track.Requests = true
	r.grip(at, q.Gripper)
	return nil
}

// finish has the time begin with the first thing to do.
func (r *reader) finish() (*Track, error) {
	t := r.track
	if len(t.Samples) == 0 {
		return nil, errors.New("there is no point in it to go to")
	}
	begin := t.Samples[0].At
	if len(t.Grips) > 0 {
		if t.Requests {
			begin = min(begin, t.Grips[0].At)
		}
		for i := range t.Grips {
			t.Grips[i].At = max(t.Grips[i].At-begin, 0)
		}
		t.Length = t.Grips[len(t.Grips)-1].At
	}
	for i := range t.Samples {
		t.Samples[i].At -= begin
	}
	t.Length = max(t.Length, t.Samples[len(t.Samples)-1].At)
	return t, nil
}
