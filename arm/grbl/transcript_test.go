package grbl

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/safety"
)

// TestTranscripts replays conversations with a controller: calls with their time and lines
// from the controller in; frames (>), feedback (!) and results out.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		var p *player
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "opening":
				p = newPlayer(d)
			case "open":
				p = newPlayer(d)
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
	said    *recorder
	out     strings.Builder
}

func newPlayer(d *datadriven.TestData) *player {
	cfg := Config{Horizon: 100 * time.Millisecond, Tick: testTick, Speed: 250, Unlock: !d.HasArg("no-unlock")}
	return newSessionPlayer(cfg)
}

func newSessionPlayer(cfg Config) *player {
	return &player{session: newSession(cfg.withDefaults()), said: newRecorder()}
}

// fataler is what testing.TB and rapid.T have in common here.
type fataler interface{ Fatal(args ...any) }

// handshake opens an ordinary controller that stands at the origin.
func (p *player) handshake(t fataler) {
	for _, line := range []string{
		"Grbl 1.1h ['$' for help]", "ask", "$13=0", "$110=6000", "$111=6000", "$112=6000",
		"$120=500", "$121=500", "$122=500", "ok", "ask",
		"<Idle|MPos:0.000,0.000,0.000|FS:0,0|WCO:0.000,0.000,0.000>", "ask",
	} {
		if line == "ask" {
			p.ask()
		} else {
			p.session.receive(line)
		}
	}
	if p.session.open != nil {
		t.Fatal("the handshake did not end")
	}
	p.out.Reset()
}

// play carries out one line: "< LINE" from the controller, "ask" and "tick" of the
// handshake, or "TIME CALL ARGUMENTS".
func (p *player) play(t *testing.T, words []string, text string) {
	switch words[0] {
	case "<":
		p.session.receive(strings.TrimPrefix(strings.TrimPrefix(text, "<"), " "))
	case "tick":
		p.session.polled = false
		p.ask()
	case "ask":
		p.ask()
	case "unplug":
		p.session.lost(errUnplugged)
	default:
		p.call(t, duration(t, words[0]), words[1:])
	}
	for _, tell := range p.session.takeEvents() {
		tell(p.said)
	}
	for _, h := range p.said.take() {
		fmt.Fprintf(&p.out, "! %s\n", h)
	}
}

func (p *player) ask() {
	frame, over, err := p.session.question()
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
	var sp safety.Setpoint
	if _, err := fmt.Sscan(strings.Join(words, " "), &sp.Position.X, &sp.Position.Y, &sp.Position.Z, &sp.Speed); err != nil {
		t.Fatal(err)
	}
	if !p.session.accepts(now, sp) {
		fmt.Fprintln(&p.out, "refused")
		return
	}
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

func duration(t *testing.T, text string) time.Duration {
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
