package marlinemu

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// TestTranscripts plays the files of testdata/transcripts. Each command line is one of
//
//	board [banner] [old] [realtime] [emergency] [inches] [at=(x,y,z)] [accel=mm/s²] [feed=mm/s]
//	send [for=50ms]   deliver every input line, each at once; \n and \r are escapes
//	wait for=1s
//	rest              wait until nothing is left to do
//	fault             carry out every input line
//
// and is answered with what the board says, then its events that matter.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		var b *testBoard
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "board" {
				b = newTestBoard(t, boardConfig(t, d))
				return strings.Join(append(b.settle(), ""), "\n")
			}
			before := len(b.events)
			lines := playTranscript(t, b, d)
			for _, e := range b.events[before:] {
				switch e.Ev {
				case armtest.EvStart:
					lines = append(lines, fmt.Sprintf("* start at %v", time.Duration(e.T)))
				case armtest.EvRest:
					lines = append(lines, strings.TrimSpace(fmt.Sprintf("* rest at %.3f,%.3f,%.3f after %v %s",
						e.X, e.Y, e.Z, time.Duration(e.T).Round(time.Millisecond), e.Text)))
				case armtest.EvState:
					lines = append(lines, "* state "+e.Text)
				case armtest.EvOutput:
					lines = append(lines, fmt.Sprintf("* output %s: %d", e.Text, e.N))
				case armtest.EvLost:
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
			if err := b.Fault(b.now, command); err != nil {
				lines = append(lines, err.Error())
			}
			lines = append(lines, b.collect()...)
		}
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
	}
	return lines
}

var unescape = strings.NewReplacer(`\n`, "\n", `\r`, "\r")

func boardConfig(t *testing.T, d *datadriven.TestData) (cfg Config) {
	for _, arg := range d.CmdArgs {
		var err error
		switch arg.Key {
		case "banner":
			cfg.Banner = true
		case "old":
			cfg.Version = "1.1.9"
		case "realtime":
			cfg.Realtime = true
		case "emergency":
			cfg.EmergencyParser = true
		case "inches":
			cfg.Inches = true
		case "accel":
			_, err = fmt.Sscan(arg.Vals[0], &cfg.Accel)
		case "feed":
			_, err = fmt.Sscan(arg.Vals[0], &cfg.MaxFeed)
		case "at":
			var p safety.Point
			_, err = fmt.Sscan(strings.Join(arg.Vals, " "), &p.X, &p.Y, &p.Z)
			cfg.Position = p
		default:
			d.Fatalf(t, "unknown argument %q", arg.Key)
		}
		if err != nil {
			d.Fatalf(t, "%s: %v", arg.Key, err)
		}
	}
	return cfg
}
