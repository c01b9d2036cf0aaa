package grbl

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

// device is the other end of a session: it counts what Grbl's receive buffer holds, and
// answers line by line.
type device struct {
	lines   []string
	resets  int
	jogging bool // a jog line has come in
}

func (d *device) takes(frame []byte) {
	frame = bytes.Map(func(r rune) rune {
		switch r {
		case bytePoll, byteHold, byteStart:
			return -1
		}
		return r
	}, bytes.ReplaceAll(frame, []byte{byteCancel}, nil))
	if bytes.IndexByte(frame, byteReset) >= 0 {
		d.lines, frame = nil, nil
		d.resets++
	}
	for line := range bytes.Lines(frame) {
		d.lines = append(d.lines, string(line))
		d.jogging = d.jogging || bytes.HasPrefix(line, []byte("$J="))
	}
}

func (d *device) held() (n int) {
	for _, l := range d.lines {
		n += len(l)
	}
	return n
}

// Whatever is called and whatever the controller says, its buffer never runs over, no jog
// goes out between a stop and its confirmation or while the controller is locked, and
// nothing but one line of G-code a grip.
func TestSessionKeepsItsWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newSessionPlayer(testConfig())
		p.handshake(t)
		s, d, now := p.session, &device{}, safety.Instant(0)
		stopping, locked := false, false
		hear := func() {
			for _, tell := range s.takeEvents() {
				tell(p.said)
			}
			for _, h := range p.said.take() {
				stopping = stopping && h != "stopped confirmed"
				locked = strings.HasSuffix(h, "locked=true") || locked && h != "unlocked"
			}
		}
		wrote := func(frame []byte) {
			d.jogging = false
			d.takes(frame)
			hear()
			if d.held() > rxBytes {
				t.Fatalf("%d bytes un-acknowledged: %q", d.held(), d.lines)
			}
			if d.jogging && (stopping || locked) {
				t.Fatalf("a jog while stopping=%v locked=%v: %q", stopping, locked, frame)
			}
		}
		says := func(line string) {
			s.receive(line)
			hear()
		}
		answer := func(text string) {
			if len(d.lines) > 0 {
				d.lines = d.lines[1:]
				says(text)
			}
		}
		states := rapid.SampledFrom([]string{"Idle", "Idle", "Jog", "Jog", "Run", "Hold:0", "Hold:1", "Alarm", "Door:1", "Home", "Sleep"})
		t.Repeat(map[string]func(*rapid.T){
			"": func(*rapid.T) { now += testTick },
			"move": func(t *rapid.T) {
				step := rapid.Float64Range(0, 0.2)
				sp := safety.Setpoint{Position: s.plan.end().Add(safety.Point{X: step.Draw(t, "x"), Y: step.Draw(t, "y")}), Speed: 10}
				if s.accepts(now, sp) {
					frame, err := s.move(now, sp)
					if err != nil {
						t.Fatal(err)
					}
					wrote(frame)
				}
			},
			"grip": func(t *rapid.T) {
				if !stopping {
					wrote(s.gripNow(now, rapid.SampledFrom([]safety.Gripper{safety.GripperOpen, safety.GripperClosed}).Draw(t, "grip")))
				}
			},
			"stop": func(*rapid.T) {
				frame := s.stopNow(now)
				stopping = true
				if frame[0] != byteCancel {
					t.Fatalf("a stop begins with %q", frame)
				}
				wrote(frame)
			},
			"rearm": func(*rapid.T) { wrote(s.rearmNow(now)) },
			"service": func(*rapid.T) {
				frame, next, err := s.service(now)
				if err == nil && next < now {
					t.Fatalf("again at %v, now %v", next, now)
				}
				wrote(frame)
			},
			"ok":    func(*rapid.T) { answer("ok") },
			"error": func(t *rapid.T) { answer(fmt.Sprintf("error:%d", rapid.IntRange(0, 90).Draw(t, "code"))) },
			"alarm": func(t *rapid.T) { says(fmt.Sprintf("ALARM:%d", rapid.IntRange(0, 12).Draw(t, "code"))) },
			"noise": func(t *rapid.T) { says(rapid.String().Draw(t, "noise")) },
			"banner": func(*rapid.T) {
				if d.resets > 0 {
					d.resets = 0
					says("Grbl 1.1h ['$' for help]")
				}
			},
			"report": func(t *rapid.T) {
				at := s.plan.end()
				says(fmt.Sprintf("<%s|MPos:%.3f,%.3f,%.3f|FS:0,0|WCO:0.000,0.000,0.000>", states.Draw(t, "state"), at.X, at.Y, at.Z))
			},
		})
	})
}

// BenchmarkAccepts is what a tick costs with a full horizon of motion ahead.
func BenchmarkAccepts(b *testing.B) {
	p := newSessionPlayer(testConfig())
	p.handshake(b)
	s := p.session
	sp := safety.Setpoint{Speed: 20}
	for now := safety.Instant(0); ; now += testTick {
		sp.Position.X += 0.2
		if !s.accepts(now, sp) {
			break
		}
		_, _ = s.move(now, sp)
		s.receive("ok")
	}
	now := time.Duration(len(s.plan.blocks)) * testTick
	b.ReportAllocs()
	for b.Loop() {
		s.accepts(now, sp)
	}
}
