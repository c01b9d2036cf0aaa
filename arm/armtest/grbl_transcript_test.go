package armtest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/safety"
)

// TestGrblTranscripts plays the files of testdata/grbl. Each command line is
// one of
//
//	board [banner] [locked] [hal] [at=(x,y,z)] [g54=(x,y,z)] [set=($n=v,...)]
//	send [for=50ms]   deliver every input line, each at once; \n, \r, \xNN are escapes
//	wait for=1s
//	rest              wait until nothing is left to do
//	fault             carry out every input line
//
// and is answered with what the board says, then the state and its events that
// matter.
func TestGrblTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/grbl", func(t *testing.T, path string) {
		var b *testBoard
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "board" {
				b = newTestBoard(t, boardOptions(t, d)...)
				return strings.Join(append(b.settle(), ""), "\n")
			}
			before := len(b.events)
			lines := playTranscript(t, b, d)
			for _, e := range b.events[before:] {
				switch e.Ev {
				case GrblRest:
					lines = append(lines, strings.TrimSpace(fmt.Sprintf("* rest at %.3f,%.3f,%.3f %s", e.X, e.Y, e.Z, e.Text)))
				case GrblState, GrblOutput:
					lines = append(lines, fmt.Sprintf("* %s %s", e.Ev, e.Text))
				case GrblLost:
					lines = append(lines, fmt.Sprintf("* lost %d bytes", e.N))
				}
			}
			return strings.Join(append(lines, ""), "\n")
		})
	})
}

func playTranscript(t *testing.T, b *testBoard, d *datadriven.TestData) (lines []string) {
	span := 50 * time.Millisecond
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
		for input := range strings.SplitSeq(d.Input, "\n") {
			lines = append(lines, b.send(unescape.Replace(input), span)...)
		}
	case "wait":
		lines = b.send("", span)
	case "rest":
		lines = b.settle()
	case "fault":
		for command := range strings.SplitSeq(d.Input, "\n") {
			if err := b.fault(b.now, command); err != nil {
				lines = append(lines, err.Error())
			}
			lines = append(lines, b.collect()...)
		}
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
	}
	return lines
}

var unescape = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\x18`, "\x18", `\x85`, "\x85", `\x87`, "\x87")

func boardOptions(t *testing.T, d *datadriven.TestData) (opts []GrblOption) {
	for _, arg := range d.CmdArgs {
		switch arg.Key {
		case "banner":
			opts = append(opts, GrblBanner())
		case "locked":
			opts = append(opts, GrblLocked())
		case "hal":
			opts = append(opts, GrblHAL())
		case "at", "g54":
			var p safety.Point
			if err := parsePoint(&p)(strings.Join(arg.Vals, ",")); err != nil {
				d.Fatalf(t, "%v", err)
			}
			opts = append(opts, map[string]GrblOption{"at": GrblAt(p), "g54": GrblWorkOffset(p)}[arg.Key])
		case "set":
			for _, s := range arg.Vals {
				opts = append(opts, func(c *GrblConfig) {
					if err := c.parseSetting(s); err != nil {
						d.Fatalf(t, "%v", err)
					}
				})
			}
		default:
			d.Fatalf(t, "unknown argument %q", arg.Key)
		}
	}
	return opts
}
