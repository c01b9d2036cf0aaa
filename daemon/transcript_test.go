package daemon

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// TestTranscripts plays what stations say to a running daemon, and shows what they are
// answered and what its arm is told. Where in a motion something happens is not the same
// in every run, so a row of moves is shown by where it ends.
//
// A block is a list of these:
//
//	NAME says LINE     the reply follows
//	NAME hears         the next line, which nobody asked for
//	NAME sees STATE    waits until that is the state
//	NAME leaves        closes its connection
//	cruise             waits until the arm is as fast as it may be
//	rest               waits until the arm has been told all that is due, and shows it
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		t.Parallel() // motions take their time
		var s *stage
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "daemon":
				s = newStage(t, d)
				return ""
			case "do":
				return s.play(t, d.Input)
			}
			t.Fatalf("unknown directive %q", d.Cmd)
			return ""
		})
	})
}

// stage is a running daemon, its arm and the stations by their names.
type stage struct {
	*running
	arm      *fakeArm
	stations map[string]*client
	shown    int            // calls of the arm
	targets  []safety.Point // that stations have asked for
	out      strings.Builder
}

func newStage(t *testing.T, d *datadriven.TestData) *stage {
	s := &stage{arm: newFakeArm(), stations: map[string]*client{}}
	edit := func(c *config.Config) {
		for _, arg := range d.CmdArgs {
			switch arg.Key {
			case "stops-itself":
				s.arm.can.StopsItself = true
			case "grip-at-rest":
				s.arm.can.GripAtRest = true
			case "stopped", "shared":
				*map[string]*string{"stopped": &c.Safety.Start, "shared": &c.Safety.Control}[arg.Key] = arg.Key
			case "supervisor":
				c.Stations = append(c.Stations, config.Station{Name: arg.Vals[0], Role: "supervisor"})
			default:
				t.Fatalf("unknown option %q", arg.Key)
			}
		}
	}
	s.running = startInside(t, Options{Driver: s.arm}, patientGate, edit)
	return s
}

func (s *stage) play(t *testing.T, input string) string {
	defer s.out.Reset()
	for line := range strings.Lines(input) {
		line = strings.TrimSpace(line)
		name, rest, _ := strings.Cut(line, " ")
		verb, what, _ := strings.Cut(rest, " ")
		switch {
		case line == "cruise":
			s.cruise()
		case line == "rest":
			s.rest(s.arm)
			s.show()
		case verb == "says":
			s.say(name, what)
		case verb == "hears":
			s.hear(name)
		case verb == "sees":
			seen := s.station(name).until(what, func(s seen) bool { return s.State == what })
			fmt.Fprintf(&s.out, "%s sees %s\n", name, describe(seen))
		case verb == "leaves":
			s.station(name).close()
		default:
			t.Fatalf("unknown line %q", line)
		}
	}
	return s.out.String()
}

// station returns the station of that name, which connects when it is first named.
func (s *stage) station(name string) *client {
	if s.stations[name] == nil {
		s.stations[name] = s.named(name)
	}
	return s.stations[name]
}

func (s *stage) say(name, line string) {
	c := s.station(name)
	var move struct{ X, Y, Z *float64 }
	c.parse(line, &move)
	if move.Z != nil {
		s.targets = append(s.targets, safety.Point{X: *move.X, Y: *move.Y, Z: *move.Z})
	}
	reply := c.ask(line)
	if !strings.HasPrefix(reply, `{"status":`) {
		s.t.Fatalf("%s has not heard %s", name, reply)
	}
	fmt.Fprintf(&s.out, "%s: %s\n", name, reply)
}

// position is that of an event, behind which comes nothing.
var position = regexp.MustCompile(`"position":({.*})}`)

// hear shows the next line to a station. A position on the way is not the same every time.
func (s *stage) hear(name string) {
	c := s.station(name)
	line := c.next()
	if m := position.FindStringSubmatch(line); m != nil {
		var p safety.Point
		c.parse(m[1], &p)
		if s.name(p) == onTheWay {
			line = strings.Replace(line, m[1], "…", 1)
		}
	}
	fmt.Fprintf(&s.out, "%s hears %s\n", name, line)
}

// cruise waits until the arm is as fast as the configuration permits.
func (s *stage) cruise() {
	fastest := config.Default().Safety.Motion.Speed
	s.arm.until(s.t, "as fast as it may be", func() bool {
		calls := s.arm.calls()
		return calls[len(calls)-1].setpoint.Speed > fastest-0.001
	})
}

func describe(s seen) string {
	text := s.State
	if s.Holder != nil {
		text += ", holder " + *s.Holder
	}
	for _, c := range s.Causes {
		text += ", cause " + strings.TrimSpace(c.Cause+" "+c.By)
	}
	return text
}

// show prints what the arm was told since it was asked last.
func (s *stage) show() {
	calls := s.arm.calls()
	at := safety.Point{}
	for _, c := range calls[:s.shown] {
		if c.call == "move" {
			at = c.setpoint.Position
		}
	}
	for new := calls[s.shown:]; len(new) > 0; {
		c, n := new[0], 1
		for n < len(new) && new[n].call == "move" && c.call == "move" && new[n].setpoint.Braking == c.setpoint.Braking {
			n++
		}
		end := new[n-1].setpoint.Position
		switch {
		case c.call == "grip":
			fmt.Fprintf(&s.out, "  > grip %s\n", c.gripper)
		case c.call != "move":
			fmt.Fprintf(&s.out, "  > %s\n", c.call)
		case c.setpoint.Braking:
			fmt.Fprintf(&s.out, "  > brake, %.2f mm in %d setpoints\n", end.Sub(at).Norm(), n)
		default:
			fmt.Fprintf(&s.out, "  > move %s%s\n", s.name(end), rested(new[n-1].setpoint, s.name(end)))
		}
		if c.call == "move" {
			at = end
		}
		new = new[n:]
	}
	s.shown = len(calls)
}

// rested tells of a motion that ended on the way whether the arm was decelerated for it.
func rested(last safety.Setpoint, where string) string {
	if where == onTheWay && last.Speed < 26 { // stop_accel takes 25 in one tick
		return ", and come to rest"
	}
	return ""
}

const onTheWay = "some of the way"

// name names a point: where a station wanted to go, or somewhere on the way.
func (s *stage) name(p safety.Point) string {
	for _, target := range s.targets {
		if p.Sub(target).Norm() < 0.01 {
			return fmt.Sprintf("to %.0f,%.0f,%.0f", p.X, p.Y, p.Z)
		}
	}
	return onTheWay
}
