package uarm

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// TestTranscripts replays conversations with a controller: calls with their time and lines
// from the controller in; frames (>), feedback (!) and results out. After every line the
// session is served until it has nothing left to send.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		var p *player
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "opening":
				p = newPlayer(d.HasArg("pump"))
			case "open":
				p = newPlayer(d.HasArg("pump"))
				p.handshake(t)
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
	session *session
	said    *recorder
	now     safety.Instant
	out     strings.Builder
}

func newPlayer(pump bool) *player {
	cfg := testConfig()
	if pump {
		cfg.Tool = ToolPump
	}
	return &player{session: newSession(cfg), said: newRecorder()}
}

// handshake opens an ordinary controller, whose arm stands at 200, 0, 150. What is sent
// afterwards begins with #5.
func (p *player) handshake(t *testing.T) {
	for _, line := range []string{
		"0s", "< $1 ok V3.2.0", "< ok", "< $2 ok", "< $3 ok",
		"< @3 X200.00 Y0.00 Z150.00 R90.00", "< @3 X200.00 Y0.00 Z150.00 R90.00", "< @3 X200.00 Y0.00 Z150.00 R90.00",
		"< $4 ok V0", "700ms",
	} {
		p.play(t, line)
	}
	p.begin()
	if p.session.open != nil {
		t.Fatalf("the handshake did not end:\n%s", p.flush())
	}
	p.now = 0
	p.serve()
	p.play(t, "< $5 ok")
	p.flush()
}

// play carries out one line: "< LINE" from the controller, or "TIME [CALL ARGUMENTS]".
func (p *player) play(t *testing.T, text string) {
	if line, ok := strings.CutPrefix(text, "<"); ok {
		p.session.receive(strings.TrimPrefix(line, " "))
	} else {
		words := strings.Fields(text)
		now, err := time.ParseDuration(words[0])
		if err != nil {
			t.Fatal(err)
		}
		p.now = now
		p.call(t, words[1:])
	}
	p.serve()
}

func (p *player) call(t *testing.T, words []string) {
	if len(words) == 0 {
		return
	}
	s := p.session
	switch words[0] {
	case "move": // follows the last one
		p.move(t, s.motion.end().Sub(s.bias), words[1:])
	case "order": // begins where the arm was measured
		p.move(t, p.said.position, words[1:])
	case "grip":
		g := map[string]safety.Gripper{"open": safety.GripperOpen, "closed": safety.GripperClosed}[words[1]]
		p.wrote(s.gripNow(p.now, g), s.dead)
	case "stop":
		p.wrote(s.stopNow(p.now), s.dead)
	case "rearm":
		p.wrote(s.rearmNow(p.now), s.dead)
	case "relax":
		p.wrote(s.relaxNow(p.now), s.dead)
	case "begin":
		p.begin()
	case "unplug":
		s.lost(errUnplugged)
	default:
		t.Fatalf("unknown call %q", words[0])
	}
}

func (p *player) begin() {
	over, err := p.session.opening(p.now)
	switch {
	case err != nil:
		fmt.Fprintf(&p.out, "error: %v\n", err)
	case over:
		o := p.session.begin()
		fmt.Fprintf(&p.out, "opened {Position:%+v MaxSpeed:%v Firmware:%s Alarm:%s}\n", o.Position, o.MaxSpeed, o.Firmware, o.Alarm)
	default:
		fmt.Fprintln(&p.out, p.session.missing())
	}
}

// move sends a setpoint, or the part of it that the session accepts.
func (p *player) move(t *testing.T, from safety.Point, words []string) {
	sp := safety.Setpoint{From: from}
	if _, err := fmt.Sscan(strings.Join(words, " "), &sp.Position.X, &sp.Position.Y, &sp.Position.Z, &sp.Speed); err != nil {
		t.Fatal(err)
	}
	part := p.session.accepts(p.now, sp)
	if part == 0 {
		fmt.Fprintln(&p.out, "refused")
		return
	}
	if part < 1 {
		fmt.Fprintf(&p.out, "part %v\n", part)
	}
	sp.Position, sp.Speed = sp.From.Add(sp.Position.Sub(sp.From).Scale(part)), sp.Speed*part
	p.wrote(p.session.move(p.now, sp))
}

// serve lets the session send what is due.
func (p *player) serve() {
	for range 20 {
		frame, next, err := p.session.service(p.now)
		p.wrote(frame, err)
		for _, tell := range p.session.takeEvents() {
			tell(p.said)
		}
		for _, h := range p.said.take() {
			fmt.Fprintf(&p.out, "! %s\n", h)
		}
		if next > p.now || next == arm.Never {
			return
		}
	}
	fmt.Fprintln(&p.out, "wants to be served without end")
}

func (p *player) wrote(frame []byte, err error) {
	if len(frame) > 0 {
		fmt.Fprintf(&p.out, "> %s\n", strings.Trim(fmt.Sprintf("%+q", frame), `"`))
	}
	if err != nil {
		fmt.Fprintf(&p.out, "error: %v\n", err)
	}
}

func (p *player) flush() string {
	text := p.out.String()
	p.out.Reset()
	return text
}
