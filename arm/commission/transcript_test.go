package commission

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/kinematics"
)

// TestTranscripts plays a person at a terminal, with a hand at the arm:
//
//	servos            what hangs on the bus, JSON; fiveServos without it
//	file              the configuration, for calibrate
//	calibrate         begin, with [pipe] [yes] as options of the terminal
//	scan IDS
//	enter [times=N]   type a line: the directive's input
//	turn id=N by=N    turn a limp joint by hand, in counts
//	fault             a command of package feetechemu
//	ctrl-c
//	ended             what Calibrate or Scan returned
//	cat NAME          a file
//	close             end the input
//	writes            everything that changed a servo so far
//	wire              how many packets were sent
func TestTranscripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/transcripts/*")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				p := &play{dir: dir, servos: fiveServos()}
				datadriven.RunTest(t, path, p.directive)
			})
		})
	}
}

// play is one transcript.
type play struct {
	dir    string
	servos feetechemu.Config
	rig    *rig
}

const fileName = "aetherd.toml"

func (p *play) directive(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "servos":
		p.servos = feetechemu.Config{}
		if err := json.Unmarshal([]byte(d.Input), &p.servos); err != nil {
			t.Fatal(err)
		}
		return ""
	case "file":
		if err := os.WriteFile(filepath.Join(p.dir, fileName), []byte(d.Input+"\n"), 0o640); err != nil {
			t.Fatal(err)
		}
		return ""
	case "cat":
		doc, err := os.ReadFile(filepath.Join(p.dir, d.CmdArgs[0].Key))
		if err != nil {
			return p.clean(err.Error())
		}
		return string(doc)
	}
	if p.rig == nil {
		p.rig = newRig(t, p.servos)
	}
	switch d.Cmd {
	case "calibrate", "scan":
		return p.clean(p.begin(d))
	case "wire":
		lines := 0
		for _, e := range p.rig.Events() {
			if e.Ev == armtest.EvLine {
				lines++
			}
		}
		return fmt.Sprintf("%d packets\n", lines)
	case "writes":
		var b strings.Builder
		for _, w := range p.rig.writes() {
			fmt.Fprintln(&b, w.frame)
		}
		return b.String()
	}
	return p.clean(p.act(t, d))
}

func (p *play) begin(d *datadriven.TestData) string {
	o := Options{Asks: !d.HasArg("pipe"), Yes: d.HasArg("yes")}
	return p.rig.begin(o, func(ctx context.Context, c *Console, b Bus) error {
		if d.Cmd == "scan" {
			ids, err := ParseIDs(d.CmdArgs[0].Key)
			if err != nil {
				return err
			}
			return Scan(ctx, b, ids, &p.rig.shown)
		}
		file := filepath.Join(p.dir, fileName)
		if _, err := os.Stat(file); err != nil {
			file = ""
		}
		return Calibrate(ctx, c, b, "/dev/ttyACM0", file, newArm())
	})
}

func (p *play) act(t *testing.T, d *datadriven.TestData) string {
	switch d.Cmd {
	case "enter":
		times := 1
		d.MaybeScanArgs(t, "times", &times)
		shown := ""
		for range times {
			shown += p.rig.enter(d.Input)
		}
		return shown
	case "turn":
		var id, by int
		d.ScanArgs(t, "id", &id)
		d.ScanArgs(t, "by", &by)
		p.rig.Command(fmt.Sprintf("turn %d %d", id, by))
		return p.rig.settle()
	case "fault":
		p.rig.Command(d.Input)
		return p.rig.settle()
	case "close":
		_ = p.rig.typed.Close()
		return p.rig.settle()
	case "ctrl-c":
		p.rig.ctrlC()
		return p.rig.settle()
	case "ended":
		return fmt.Sprint(p.rig.ended())
	}
	t.Fatalf("unknown directive %q", d.Cmd)
	return ""
}

// clean takes out what differs from run to run.
func (p *play) clean(text string) string { return strings.ReplaceAll(text, p.dir+"/", "") }

// newArm is what is known of an arm before it is measured.
func newArm() Arm {
	nan := math.NaN()
	a := Arm{Links: kinematics.Links{Height: nan, Upper: nan, Fore: nan, Hand: nan}, Claw: Claw{Speed: 180, Torque: 40}}
	for i := range a.Joints {
		a.Joints[i] = Joint{ID: i + 1, Speed: 180, Accel: 1500, Torque: 80}
	}
	return a
}
