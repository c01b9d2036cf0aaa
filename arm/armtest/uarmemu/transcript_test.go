package uarmemu

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// goTo is the line of a move at a feed in mm/s.
func goTo(p safety.Point, feed float64) string {
	return fmt.Sprintf("G0 X%.3f Y%.3f Z%.3f F%.1f\n", p.X, p.Y, p.Z, feed*60)
}

// TestTranscripts plays the files of testdata/transcripts. Each command line is one of
//
//	arm [power] [booted]   another arm
//	send [for=10ms]        deliver the input at once, \n is a line's end, then wait
//	wait for=1s
//	rest                   wait until nothing is left to do
//	fault                  carry out every input line
//
// and is answered with what the arm says, and with its events that matter.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		var a *testArm
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "arm" {
				a = newTestArm(Config{Power: d.HasArg("power"), Booted: d.HasArg("booted")})
				return strings.Join(append(a.collect(), ""), "\n")
			}
			before := len(a.events)
			lines := play(t, a, d)
			for _, e := range a.events[before:] {
				switch e.Ev {
				case armtest.EvRest:
					lines = append(lines, strings.TrimSpace(fmt.Sprintf("* rest at %.2f,%.2f,%.2f %s", e.X, e.Y, e.Z, e.Text)))
				case armtest.EvOutput:
					lines = append(lines, fmt.Sprintf("* %s %d", e.Text, e.N))
				case armtest.EvLost:
					lines = append(lines, fmt.Sprintf("* lost %d bytes", e.N))
				}
			}
			return strings.Join(append(lines, ""), "\n")
		})
	})
}

func play(t *testing.T, a *testArm, d *datadriven.TestData) (lines []string) {
	span := 10 * time.Millisecond
	if d.HasArg("for") {
		var text string
		d.ScanArgs(t, "for", &text)
		var err error
		if span, err = time.ParseDuration(text); err != nil {
			d.Fatalf(t, "%v", err)
		}
	}
	switch d.Cmd {
	case "send":
		return a.send(d.Input+"\n", span)
	case "wait":
		return a.send("", span)
	case "rest":
		for range 100_000 {
			if a.Next() == armtest.Never {
				return a.collect()
			}
			a.Advance(a.Next())
		}
		d.Fatalf(t, "the arm does not come to rest")
	case "fault":
		for command := range strings.SplitSeq(d.Input, "\n") {
			if err := a.Fault(a.now, command); err != nil {
				lines = append(lines, err.Error())
			}
		}
		return append(lines, a.collect()...)
	}
	d.Fatalf(t, "unknown command %q", d.Cmd)
	return nil
}
