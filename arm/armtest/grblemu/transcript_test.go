package grblemu

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// TestTranscripts plays the files of testdata/transcripts. Each command line is
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
				case armtest.EvRest:
					lines = append(lines, strings.TrimSpace(fmt.Sprintf("* rest at %.3f,%.3f,%.3f %s", e.X, e.Y, e.Z, e.Text)))
				case armtest.EvState, armtest.EvOutput:
					lines = append(lines, fmt.Sprintf("* %s %s", e.Ev, e.Text))
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

var unescape = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\x18`, "\x18", `\x85`, "\x85", `\x87`, "\x87")

func boardConfig(t *testing.T, d *datadriven.TestData) (cfg Config) {
	for _, arg := range d.CmdArgs {
		switch arg.Key {
		case "banner":
			cfg.Banner = true
		case "locked":
			cfg.Locked = true
		case "hal":
			cfg.HAL = true
		case "at":
			cfg.Position = pointArg(t, d, arg)
		case "g54":
			cfg.WorkOffset = pointArg(t, d, arg)
		case "set":
			cfg.Settings = settingsArg(t, d, arg)
		default:
			d.Fatalf(t, "unknown argument %q", arg.Key)
		}
	}
	return cfg
}

func pointArg(t *testing.T, d *datadriven.TestData, arg datadriven.CmdArg) (p safety.Point) {
	if _, err := fmt.Sscanf(strings.Join(arg.Vals, ","), "%g,%g,%g", &p.X, &p.Y, &p.Z); err != nil {
		d.Fatalf(t, "%s: %v", arg.String(), err)
	}
	return p
}

func settingsArg(t *testing.T, d *datadriven.TestData, arg datadriven.CmdArg) map[int]float64 {
	set := map[int]float64{}
	for _, assignment := range arg.Vals {
		var n int
		var v float64
		if _, err := fmt.Sscanf(assignment, "$%d=%g", &n, &v); err != nil {
			d.Fatalf(t, "%s: %v", arg.String(), err)
		}
		set[n] = v
	}
	return set
}
