package marlin

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/safety"
)

func testConfig() Config {
	return Config{
		Horizon: 250 * time.Millisecond, Tick: 20 * time.Millisecond, Speed: 250,
		GripperOpen: "M280 P0 S10", GripperClose: "M280 P0 S90",
	}
}

// TestTranscripts replays conversations with a controller: calls with their time and lines
// from the controller in; frames (>), feedback (!) and results out. "opening" begins a
// session, "open" one that has come through the handshake, "then" goes on.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		var p *player
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			cfg := testConfig()
			cfg.RealtimePosition = d.HasArg("realtime")
			switch d.Cmd {
			case "opening":
				p = newPlayer(cfg)
			case "open":
				p = newPlayer(cfg)
				p.handshake(t)
			}
			for line := range strings.Lines(d.Input) {
				p.play(t, strings.Fields(line), strings.TrimSpace(line))
			}
			return p.flush()
		})
	})
}

// player is a session in a conversation.
type player struct {
	session *session
	said    recorder
	out     strings.Builder
	from    safety.Point // of the next setpoint
}

func newPlayer(cfg Config) *player { return &player{session: newSession(cfg)} }

// fataler is what testing.TB and rapid.T have in common here.
type fataler interface{ Fatal(args ...any) }

// handshake opens an ordinary controller that stands at the origin.
func (p *player) handshake(t fataler) {
	for range 2 {
		p.ask(true)
	}
	p.session.receive("FIRMWARE_NAME:Marlin 2.0.9.5")
	p.session.receive("Cap:EMERGENCY_PARSER:1")
	p.session.receive("ok")
	for range calmTicks - 1 {
		p.ask(true)
	}
	for _, lines := range [][]string{
		nil, nil, nil, nil, nil, nil,
		{"echo:  M201 X1000.00 Y1000.00 Z1000.00 E10000.00", "echo:  M203 X300.00 Y300.00 Z300.00 E25.00",
			"echo:  M204 P3000.00 R3000.00 T3000.00", "echo:  M205 B0.00 S0.00 T0.00 J0.05"},
		nil,
		{"X:0.00 Y:0.00 Z:0.00 E:0.00 Count X:0 Y:0 Z:0"},
	} {
		p.ask(true)
		for _, line := range append(lines, "ok") {
			p.session.receive(line)
		}
	}
	p.ask(true)
	if p.session.open != nil {
		t.Fatal("the handshake did not end: " + p.out.String())
	}
	p.out.Reset()
}

// play carries out one line: "< LINE" from the controller, "tick" of the handshake, "ask"
// without one, or "TIME CALL ARGUMENTS".
func (p *player) play(t *testing.T, words []string, text string) {
	switch words[0] {
	case "<":
		p.session.receive(strings.TrimPrefix(strings.TrimPrefix(text, "<"), " "))
	case "tick", "ask":
		p.ask(words[0] == "tick")
	case "unplug":
		p.session.lost(errors.New("unplugged"))
	default:
		now, err := time.ParseDuration(words[0])
		if err != nil {
			t.Fatal(err)
		}
		p.call(t, now, words[1:])
	}
	for _, tell := range p.session.takeEvents() {
		tell(&p.said)
	}
	for _, h := range p.said.take() {
		fmt.Fprintf(&p.out, "! %s\n", h)
	}
}

func (p *player) ask(tick bool) {
	frame, over, err := p.session.question(tick)
	p.wrote(frame, err)
	if err == nil && over {
		o := p.session.begin()
		fmt.Fprintf(&p.out, "opened {Position:%+v MaxSpeed:%v Firmware:%s Alarm:%s}\n", o.Position, o.MaxSpeed, o.Firmware, o.Alarm)
	}
}

func (p *player) call(t *testing.T, now safety.Instant, words []string) {
	s := p.session
	switch words[0] {
	case "move":
		p.move(t, now, words[1:])
	case "from":
		if _, err := fmt.Sscan(strings.Join(words[1:], " "), &p.from.X, &p.from.Y, &p.from.Z); err != nil {
			t.Fatal(err)
		}
	case "grip":
		g := map[string]safety.Gripper{"open": safety.GripperOpen, "closed": safety.GripperClosed}[words[1]]
		p.wrote(s.gripNow(now, g), s.dead)
	case "stop":
		p.wrote(s.stopNow(now), s.dead)
	case "rearm":
		p.wrote(s.rearmNow(now), s.dead)
	case "service":
		frame, next, err := s.service(now)
		p.wrote(frame, err)
		if err == nil {
			fmt.Fprintf(&p.out, "again at %v\n", next)
		}
	default:
		t.Fatalf("unknown call %q", words[0])
	}
}

// move sends a setpoint if the session accepts it.
func (p *player) move(t *testing.T, now safety.Instant, words []string) {
	sp := safety.Setpoint{From: p.from}
	if _, err := fmt.Sscan(strings.Join(words, " "), &sp.Position.X, &sp.Position.Y, &sp.Position.Z, &sp.Speed); err != nil {
		t.Fatal(err)
	}
	if !p.session.accepts(now, sp) {
		fmt.Fprintln(&p.out, "refused")
		return
	}
	p.from = sp.Position
	p.wrote(p.session.move(now, sp))
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
