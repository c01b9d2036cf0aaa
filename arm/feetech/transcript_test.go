package feetech

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// TestTranscripts replays conversations with the servos: the writer's calls with their time in;
// frames (>), feedback (!) and results out. Servos are at once where they are told to be.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		var p *player
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "open" {
				p = &player{sessionRig: limp(testConfig())}
				p.beginRearm(0)
			}
			for line := range strings.Lines(d.Input) {
				p.play(t, strings.TrimSpace(line))
			}
			return p.flush()
		})
	})
}

// player is a session in a conversation.
type player struct {
	*sessionRig
	from    safety.Point
	linked  bool // from is where the last setpoint was
	out     strings.Builder
	altered func(i int, l *live)
}

// play carries out one line: a time in ms, and a call.
func (p *player) play(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	ms, err := strconv.ParseFloat(words[0], 64)
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	p.now = safety.Instant(ms * float64(time.Millisecond))
	fmt.Fprintf(&p.out, "%s\n", line)
	var frame []byte
	next := safety.Instant(-1)
	switch args := words[2:]; words[1] {
	case "service":
		frame, next, err = p.service(p.now)
	case "answer":
		p.tellAll(p.altered)
	case "says":
		p.alter(t, args)
	case "move", "brake":
		frame, err = p.step(args, words[1] == "brake")
	case "stop":
		frame = p.stopNow(p.now)
	case "relax":
		frame = p.relaxNow(p.now)
	case "rearm":
		p.rearmNow(p.now)
		p.linked = false
	case "grip":
		frame = p.gripNow(p.now, safety.GripperAt(int(number(args[0]))))
	default:
		t.Fatalf("%q: no such call", line)
	}
	p.show(frame, next, err)
}

// show prints what a call came to.
func (p *player) show(frame []byte, next safety.Instant, err error) {
	if len(frame) > 0 {
		fmt.Fprintf(&p.out, "  > % X\n", frame)
		p.hear(frame)
	}
	for _, heard := range p.said() {
		fmt.Fprintf(&p.out, "  ! %s\n", heard)
	}
	switch {
	case err != nil:
		fmt.Fprintf(&p.out, "  error: %v\n", err)
	case next == arm.Never:
		fmt.Fprintf(&p.out, "  next: never\n")
	case next >= 0:
		fmt.Fprintf(&p.out, "  next: %v\n", next)
	}
}

// step asks for a setpoint so many mm away, and sends what is taken of it.
func (p *player) step(args []string, braking bool) ([]byte, error) {
	if !p.linked {
		p.from, p.linked = p.position, true
	}
	way := safety.Point{X: number(args[0]), Y: number(args[1]), Z: number(args[2])}
	sp := safety.Setpoint{From: p.from, Position: p.from.Add(way), Speed: way.Norm() / testTick.Seconds(), Braking: braking}
	part := p.accepts(p.now, sp)
	if part < 1 {
		fmt.Fprintf(&p.out, "  accepts %.2f\n", part)
	}
	if part <= 0 {
		return nil, nil
	}
	sp.Position = p.from.Add(way.Scale(part))
	p.from = sp.Position
	return p.move(p.now, sp)
}

// alter changes what one servo answers: its id, and what; or nothing any more.
func (p *player) alter(t *testing.T, args []string) {
	if len(args) == 0 {
		p.altered = nil
		return
	}
	id := byte(number(args[0]))
	p.altered = func(i int, l *live) {
		if p.slots[i].id != id {
			return
		}
		switch args[1] {
		case "position":
			l.position = int(number(args[2]))
		case "goal":
			l.goal = int(number(args[2]))
		case "speed":
			l.speed = int(number(args[2]))
		case "fault":
			l.faults = Faults(number(args[2]))
		default:
			t.Fatalf("%q", args)
		}
	}
}

func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return v
}

func (p *player) flush() string {
	text := p.out.String()
	p.out.Reset()
	return text
}

// limp is a session whose servos have just been found.
func limp(c Config) *sessionRig {
	s := &sessionRig{session: newSession(c)}
	posture, err := c.Arm.Inverse(testStart, kinematics.Posture{kinematics.Elbow: -1})
	if err != nil {
		panic(err)
	}
	for i := range s.slots {
		l := live{voltage: 12, temperature: 30, position: 2048}
		if i < kinematics.Joints {
			l.position = countsOf(c.Arm.Joints[i], posture[i])
		}
		s.servos = append(s.servos, l)
	}
	return s
}
