package roarmemu

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// rig plays an arm in virtual time, and keeps what it does.
type rig struct {
	*Arm
	events []armtest.Event
}

func newRig(cfg Config) *rig { return &rig{Arm: New(cfg, 0)} }

// take returns what was written, and keeps the events.
func (r *rig) take() string {
	out, events := r.Take()
	r.events = append(r.events, events...)
	return string(out)
}

// send delivers a line at once, and returns what is said within d.
func (r *rig) send(line string, d time.Duration) string {
	r.Receive(r.now, []byte(line+"\n"))
	return r.wait(d)
}

func (r *rig) wait(d time.Duration) string {
	r.Advance(r.now + d)
	return r.take()
}

// settle plays until nothing is left to do, for a minute at most.
func (r *rig) settle() string {
	for end := r.now + time.Minute; r.Next() < end; {
		r.Advance(r.Next())
	}
	return r.take()
}

// has returns the events of a kind.
func (r *rig) has(ev string) (found []armtest.Event) {
	for _, e := range r.events {
		if e.Ev == ev {
			found = append(found, e)
		}
	}
	return found
}

func near(p, q safety.Point, mm float64) bool { return p.Sub(q).Norm() <= mm }

// TestTranscripts plays the files of testdata/transcripts. The commands are
//
//	arm [boot=MS] [at=(x,y,z)]
//	send [for=50ms]   each input line, with a newline; "-" in front: without
//	wait for=1s
//	rest              until nothing is left to do
//	fault             each input line
//
// and are answered by what the arm writes (\n and \r as they are), and its events.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		var r *rig
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			switch d.Cmd {
			case "arm":
				r = newRig(config(t, d))
			case "send":
				for line := range strings.SplitSeq(d.Input, "\n") {
					if rest, open := strings.CutPrefix(line, "-"); open {
						r.Receive(r.now, []byte(rest))
						continue
					}
					r.Receive(r.now, []byte(line+"\n"))
				}
				r.Advance(r.now + span(t, d))
			case "wait":
				r.Advance(r.now + span(t, d))
			case "rest":
				for end := r.now + time.Minute; r.Next() < end; {
					r.Advance(r.Next())
				}
			case "fault":
				for line := range strings.SplitSeq(d.Input, "\n") {
					if err := r.Fault(r.now, line); err != nil {
						fmt.Fprintln(&out, err)
					}
				}
			default:
				d.Fatalf(t, "unknown command %q", d.Cmd)
			}
			r.print(&out)
			return out.String()
		})
	})
}

func (r *rig) print(out *strings.Builder) {
	written, events := r.Take()
	r.events = append(r.events, events...)
	for line := range strings.SplitAfterSeq(string(written), "\r\n") {
		if line != "" {
			fmt.Fprintf(out, "%s\n", strings.Trim(fmt.Sprintf("%q", line), `"`))
		}
	}
	for _, e := range events {
		switch e.Ev {
		case armtest.EvStart, armtest.EvRest:
			fmt.Fprintf(out, "* %v %s at %.1f,%.1f,%.1f\n", time.Duration(e.T), e.Ev, e.X+0, e.Y+0, e.Z+0)
		case armtest.EvState, armtest.EvOutput:
			fmt.Fprintf(out, "* %v %s %s %d\n", time.Duration(e.T), e.Ev, e.Text, e.N)
		case armtest.EvLost:
			fmt.Fprintf(out, "* %v lost %d\n", time.Duration(e.T), e.N)
		}
	}
}

func span(t *testing.T, d *datadriven.TestData) time.Duration {
	text := "50ms"
	d.MaybeScanArgs(t, "for", &text)
	v, err := time.ParseDuration(text)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	return v
}

func config(t *testing.T, d *datadriven.TestData) (c Config) {
	if d.MaybeScanArgs(t, "boot", &c.BootTime) {
		c.Boot = true
	}
	if d.HasArg("at") {
		var p [3]float64
		d.ScanArgs(t, "at", &p[0], &p[1], &p[2])
		c.Position = &p
	}
	return c
}

// distance returns how far the measured place is from p, by the arm's own T:1051.
func (r *rig) distance(t *testing.T, p safety.Point) float64 {
	t.Helper()
	var q safety.Point
	text := r.send(`{"T":105}`, 10*time.Millisecond)
	at := strings.Index(text, `{"T":1051,`)
	if at < 0 {
		t.Fatalf("no T:1051 in %q", text)
	}
	if _, err := fmt.Sscanf(text[at:], `{"T":1051,"x":%g,"y":%g,"z":%g,`, &q.X, &q.Y, &q.Z); err != nil || math.IsNaN(q.Norm()) {
		t.Fatalf("%q: %v", text[at:], err)
	}
	return q.Sub(p).Norm()
}
