package recording

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/aether-arm/aetherd/client"
)

// Recorder writes lines, each with one Write of its own: what ends the process between two of
// them leaves whole lines.
type Recorder struct {
	out io.Writer

	States int           // that were written
	Length time.Duration // from the first line to the last one that was written
}

// NewRecorder returns a Recorder whose lines go to out.
func NewRecorder(out io.Writer) *Recorder { return &Recorder{out: out} }

// Begin writes the first line. Times count from here on.
func (r *Recorder) Begin(started time.Time, w *client.Welcome, rate float64) error {
	return r.write(0, firstLine{
		Event: eventRecording, Started: started.Format(time.RFC3339Nano), Server: w.Server,
		Arm: w.Arm, Driver: w.Driver, ConfigHash: w.ConfigHash, RateHz: rate,
	})
}

// Add writes e, which came at so long after Begin.
func (r *Recorder) Add(at time.Duration, e client.Event) error {
	switch e.Kind {
	case client.StateEvent:
		if err := r.write(at, newStateLine(at, &e.State)); err != nil {
			return err
		}
		r.States++
		return nil
	case client.ControlEvent:
		return r.write(at, controlLine{T: millis(at), Event: eventControl, Holder: nullable(e.Holder)})
	case client.ConnectionEvent:
		return r.write(at, newConnectionLine(at, &e.Connection))
	}
	return nil
}

func newConnectionLine(at time.Duration, c *client.Connection) connectionLine {
	l := connectionLine{T: millis(at), Event: eventConnection, Up: c.Up, ConfigChanged: c.Up && c.ConfigChanged}
	if !c.Up && c.Err != nil {
		l.Error = c.Err.Error()
	}
	return l
}

func (r *Recorder) write(at time.Duration, line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("encode a line: %w", err)
	}
	if _, err := r.out.Write(append(text, '\n')); err != nil {
		return err
	}
	r.Length = at
	return nil
}
