package teleop

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Recorder writes lines of hand state, each with the time since the first, t_ms, as its first
// member, for a Player. A line that could not be read is written as a text, bad_line, and is
// one when it is played too.
type Recorder struct {
	out   io.Writer
	began time.Time
	lines int
}

// NewRecorder writes to out, each line at once and whole.
func NewRecorder(out io.Writer) *Recorder { return &Recorder{out: out} }

// recordError is a recording that cannot be written.
type recordError struct {
	lines int
	err   error
}

func (e *recordError) Error() string {
	return fmt.Sprintf("the recording: %v; its %d lines before are kept", e.err, e.lines)
}
func (e *recordError) Unwrap() error { return e.err }

// maxBadLine bounds what is kept of a line that could not be read, in bytes.
const maxBadLine = 200

// add writes a line, which was a frame where good. A nil Recorder does nothing.
func (r *Recorder) add(line []byte, good bool) error {
	if r == nil {
		return nil
	}
	if r.began.IsZero() {
		r.began = time.Now()
	}
	out := fmt.Appendf(nil, `{"t_ms":%.1f`, float64(time.Since(r.began).Microseconds())/1000)
	if good {
		out = appendMembers(out, line)
	} else {
		out = append(out, `,"bad_line":`...)
		out, _ = jsontext.AppendQuote(out, bytes.ToValidUTF8(line[:min(len(line), maxBadLine)], []byte("�")))
	}
	if _, err := r.out.Write(append(out, "}\n"...)); err != nil {
		return &recordError{r.lines, err}
	}
	r.lines++
	return nil
}

// appendMembers appends the members of the object, which is well-formed, but for a time of its
// own.
func appendMembers(dst, object []byte) []byte {
	d := jsontext.NewDecoder(bytes.NewReader(object))
	if _, err := d.ReadToken(); err != nil {
		return dst
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadValue()
		if err != nil {
			return dst
		}
		name = name.Clone()
		value, err := d.ReadValue()
		if err != nil {
			return dst
		}
		if string(name) == `"t_ms"` {
			continue
		}
		dst = append(dst, ',')
		dst = append(dst, name...)
		dst = append(dst, ':')
		dst = append(dst, value...)
	}
	return dst
}
