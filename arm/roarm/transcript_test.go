package roarm

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/aether-arm/aetherd/safety"
)

// TestTranscripts replays conversations with an arm: calls with their time and lines from
// the arm in; frames (>), feedback (!) and results out.
//
//	TIME < LINE                     the arm says LINE
//	TIME at X Y Z T                 the arm answers T:105, gripper at T rad, in the posture for X, Y, Z mm
//	TIME joints B S E T             the same by angles
//	TIME move X Y Z to X Y Z        a setpoint, if it is accepted, shortened as asked
//	TIME brake X Y Z to X Y Z       the same, braking
//	TIME begin                      Open is over
//	TIME grip PERCENT | stop | rearm | relax | service
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata/transcripts", func(t *testing.T, path string) {
		var p *player
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "open" {
				p = newPlayer()
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
	out     strings.Builder
}

func newPlayer() *player {
	cfg := testConfig()
	return &player{session: &session{cfg: cfg.withDefaults()}, said: newRecorder()}
}

func (p *player) play(t *testing.T, line string) {
	stamp, call, _ := strings.Cut(line, " ")
	now, err := time.ParseDuration(stamp)
	if err != nil {
		t.Fatal(err)
	}
	name, args, _ := strings.Cut(call, " ")
	p.call(t, now, name, args)
	for _, tell := range p.session.takeEvents() {
		tell(p.said)
	}
	for _, h := range p.said.take() {
		fmt.Fprintf(&p.out, "! %s\n", h)
	}
}

func (p *player) call(t *testing.T, now time.Duration, name, args string) {
	s := p.session
	switch name {
	case "<":
		if f, ok := parseFeedback([]byte(args)); ok {
			s.heard(now, f)
		} else {
			fmt.Fprintln(&p.out, "ignored")
		}
	case "at":
		n := numbers(t, args, 4)
		q, err := inverse(safety.Point{X: n[0], Y: n[1], Z: n[2]})
		if err != nil {
			t.Fatal(err)
		}
		s.heard(now, feedback{point: q.reported(), at: q, gripper: n[3]})
	case "joints":
		n := numbers(t, args, 4)
		q := posture{n[0], n[1], n[2]}
		s.heard(now, feedback{point: q.reported(), at: q, gripper: n[3]})
	case "move", "brake":
		n := numbers(t, strings.Replace(args, "to", "", 1), 6)
		p.move(now, safety.Setpoint{
			From: safety.Point{X: n[0], Y: n[1], Z: n[2]}, Position: safety.Point{X: n[3], Y: n[4], Z: n[5]},
			Speed: 50, Braking: name == "brake",
		})
	case "begin":
		opened := s.begin()
		fmt.Fprintf(&p.out, "opened at %.2f, at most %.0f mm/s\n", opened.Position, opened.MaxSpeed)
	case "grip":
		p.wrote(s.gripNow(now, safety.GripperAt(int(numbers(t, args, 1)[0]))), s.dead)
	case "stop":
		p.wrote(s.stop(now), s.dead)
	case "rearm":
		p.wrote(s.rearmNow(now), s.dead)
	case "relax":
		p.wrote(s.relax(now), s.dead)
	case "service":
		frame, next, err := s.service(now)
		p.wrote(frame, err)
		if err == nil {
			fmt.Fprintf(&p.out, "again at %v\n", next)
		}
	default:
		t.Fatalf("unknown call %q", name)
	}
}

// move sends a setpoint as far as the session accepts it.
func (p *player) move(now time.Duration, sp safety.Setpoint) {
	part := p.session.accepts(sp)
	if part == 0 {
		fmt.Fprintln(&p.out, "refused")
		return
	}
	if part < 1 {
		fmt.Fprintf(&p.out, "shortened to %.3f\n", part)
		sp.Position = between(sp, part)
	}
	frame, err := p.session.move(now, sp)
	if len(frame) == 0 {
		fmt.Fprintln(&p.out, "not sent")
	}
	p.wrote(frame, err)
}

func (p *player) wrote(frame []byte, err error) {
	for line := range strings.Lines(string(frame)) {
		fmt.Fprintf(&p.out, "> %s\n", strings.TrimSuffix(line, "\n"))
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

func numbers(t *testing.T, text string, count int) []float64 {
	n := make([]float64, count)
	for i, word := range strings.Fields(text) {
		if _, err := fmt.Sscan(word, &n[i]); err != nil {
			t.Fatal(err)
		}
	}
	return n
}
