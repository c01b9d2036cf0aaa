package hands

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Grab is what the left hand does.
type Grab uint8

const (
	NoGrab   Grab = iota // no left hand is seen, or it does something that is not known here
	Open                 // the gripper shall be open
	Grabbing             // closed
)

func (g Grab) String() string { return [...]string{"no hand", "open", "grabbing"}[g] }

// Frame is one line of hand state.
type Frame struct {
	Seen    bool    // a right hand; X, Y and Z say where
	X, Y, Z float64 // -100 … 100 of the picture's box: right, up, near
	HasZ    bool    // the person has calibrated it

	Grab Grab

	At    time.Duration // since the first line of a recording; valid with HasAt
	HasAt bool
}

// The range of a hand's coordinates. The laptop program keeps to ±100; what rounding may add
// is taken for the edge, and what is beyond that is a number of something else.
const (
	Edge      = 100
	tolerance = 5
)

// maxAt bounds the time in a recording, so that it is a time.Duration.
const maxAt = 365 * 24 * time.Hour

// ErrNotHands is a line of another protocol: the wrong program listens there.
var ErrNotHands = errors.New("not the hand stream of Aether's laptop program")

// Parse reads one line. It ignores members that it does not know, for the laptop program
// evolves; all else that is not as it should be is an error, and then nothing of the line is
// to be used. ErrNotHands says that the line is of another protocol.
func Parse(line []byte) (Frame, error) {
	f, err := parse(line)
	if err == nil {
		return f, nil
	}
	if what := foreign(line); what != "" {
		return Frame{}, fmt.Errorf("%w: that is %s: %.60q", ErrNotHands, what, line)
	}
	return Frame{}, fmt.Errorf("%w: %.60q", err, line)
}

func parse(line []byte) (f Frame, err error) {
	d := jsontext.NewDecoder(bytes.NewReader(line))
	hasRight := false
	err = members(d, map[string]func() error{
		"t_ms": func() error { return f.readAt(d) },
		"left_hand": func() error {
			return orNull(d, func() error {
				return members(d, map[string]func() error{"grab": func() error { return f.readGrab(d) }})
			})
		},
		"right_hand": func() error {
			hasRight = true
			return orNull(d, func() error {
				return members(d, map[string]func() error{"xyz": func() error {
					return orNull(d, func() error { return f.readXYZ(d) })
				}})
			})
		},
	})
	if err == nil && !hasRight {
		err = errors.New("right_hand is missing")
	}
	if err == nil {
		if _, end := d.ReadToken(); end != io.EOF {
			err = errors.New("something follows the object")
		}
	}
	return f, err
}

// readAt reads the time of a recording. What a laptop program may mean by a member of that name
// is ignored, as every member of its own.
func (f *Frame) readAt(d *jsontext.Decoder) error {
	if d.PeekKind() != '0' {
		return d.SkipValue()
	}
	ms, err := number(d)
	if f.HasAt = err == nil && ms >= 0 && ms <= float64(maxAt.Milliseconds()); f.HasAt {
		f.At = time.Duration(ms * float64(time.Millisecond))
	}
	return err
}

func (f *Frame) readGrab(d *jsontext.Decoder) error {
	return orNull(d, func() error {
		if d.PeekKind() != '"' {
			return wrongType(d, "a word")
		}
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		switch t.String() {
		case "Open":
			f.Grab = Open
		case "Grabbing":
			f.Grab = Grabbing
		}
		return nil
	})
}

func (f *Frame) readXYZ(d *jsontext.Decoder) error {
	hasX, hasY := false, false
	into := func(v *float64, has *bool) func() error {
		return func() (err error) {
			*v, err = coordinate(d)
			*has = true
			return err
		}
	}
	err := members(d, map[string]func() error{
		"x": into(&f.X, &hasX),
		"y": into(&f.Y, &hasY),
		"z": func() error { return orNull(d, into(&f.Z, &f.HasZ)) },
	})
	if err == nil && !(hasX && hasY) {
		err = errors.New("x or y is missing")
	}
	f.Seen = err == nil
	return err
}

func coordinate(d *jsontext.Decoder) (float64, error) {
	v, err := number(d)
	if err == nil && math.Abs(v) > Edge+tolerance {
		err = fmt.Errorf("%g is outside of ±%d", v, Edge)
	}
	return min(max(v, -Edge), Edge), err
}

func number(d *jsontext.Decoder) (float64, error) {
	if d.PeekKind() != '0' {
		return 0, wrongType(d, "a number")
	}
	t, err := d.ReadToken()
	if err != nil {
		return 0, err
	}
	return t.Float()
}

// members reads an object, each member by its reader, and skips those that have none.
func members(d *jsontext.Decoder, readers map[string]func() error) error {
	if d.PeekKind() != '{' {
		return wrongType(d, "an object")
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() == '"' {
		t, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := t.String()
		read := readers[name]
		if read == nil {
			read = d.SkipValue
		}
		if err := read(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	_, err := d.ReadToken()
	return err
}

// orNull reads null, which stands for what is not there, or the value.
func orNull(d *jsontext.Decoder, read func() error) error {
	if d.PeekKind() != 'n' {
		return read()
	}
	_, err := d.ReadToken()
	return err
}

func wrongType(d *jsontext.Decoder, want string) error {
	v, err := d.ReadValue()
	if err != nil {
		return err
	}
	return fmt.Errorf("%.20q is not %s", v, want)
}

// foreign says what speaks like this, or "".
func foreign(line []byte) string {
	for _, greeting := range []struct{ begins, what string }{
		{`HTTP/`, "a web server"},
		{`SSH-`, "an SSH server"},
		{`{"status":`, "aetherd, the arm's daemon: the laptop is another address (port 8765, unless it was changed)"},
		{`{"event":`, "aetherd, the arm's daemon: the laptop is another address (port 8765, unless it was changed)"},
	} {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte(greeting.begins)) {
			return greeting.what
		}
	}
	return ""
}
