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

// conversation is a session, the device at its other end, and what is promised about them.
type conversation struct {
	*session
	t                fataler
	player           *player
	device           device
	now              safety.Instant
	stopping, locked bool
}

func (c *conversation) hear() {
	for _, tell := range c.takeEvents() {
		tell(c.player.said)
	}
	for _, h := range c.player.said.take() {
		c.stopping = c.stopping && h != "stopped confirmed"
		c.locked = strings.HasSuffix(h, "locked=true") || c.locked && h != "unlocked"
	}
}

// wrote passes a frame on to the device, and checks the promises.
func (c *conversation) wrote(frame []byte) {
	c.device.jogging = false
	c.device.takes(frame)
	c.hear()
	if held := c.device.held(); held > rxBytes {
		c.t.Fatal(fmt.Sprintf("%d bytes un-acknowledged: %q", held, c.device.lines))
	}
	if c.device.jogging && (c.stopping || c.locked) {
		c.t.Fatal(fmt.Sprintf("a jog while stopping=%v locked=%v: %q", c.stopping, c.locked, frame))
	}
}

func (c *conversation) says(line string) {
	c.receive(line)
	c.hear()
}

func (c *conversation) answers(text string) {
	if len(c.device.lines) > 0 {
		c.device.lines = c.device.lines[1:]
		c.says(text)
	}
}

func (c *conversation) moves(step safety.Point) {
	sp := safety.Setpoint{Position: c.plan.end().Add(step), Speed: 10}
	if !c.accepts(c.now, sp) {
		return
	}
	frame, err := c.move(c.now, sp)
	if err != nil {
		c.t.Fatal(err)
	}
	c.wrote(frame)
}

func (c *conversation) stops() {
	frame := c.stopNow(c.now)
	c.stopping = true
	if frame[0] != byteCancel {
		c.t.Fatal(fmt.Sprintf("a stop begins with %q", frame))
	}
	c.wrote(frame)
}

func (c *conversation) serves() {
	frame, next, err := c.service(c.now)
	if err == nil && next < c.now {
		c.t.Fatal(fmt.Sprintf("again at %v, now %v", next, c.now))
	}
	c.wrote(frame)
}

// Whatever is called and whatever the controller says, its buffer never runs over, and no
// jog goes out between a stop and its confirmation or while the controller is locked.
func TestSessionKeepsItsWord(t *testing.T) {
	states := rapid.SampledFrom([]string{"Idle", "Idle", "Jog", "Jog", "Run", "Hold:0", "Hold:1", "Alarm", "Door:1", "Home", "Sleep"})
	grips := rapid.SampledFrom([]safety.Gripper{safety.GripperOpen, safety.GripperClosed})
	step := rapid.Float64Range(0, 0.2)
	rapid.Check(t, func(t *rapid.T) {
		p := newSessionPlayer(testConfig())
		p.handshake(t)
		c := &conversation{session: p.session, t: t, player: p}
		t.Repeat(map[string]func(*rapid.T){
			"":        func(*rapid.T) { c.now += testTick },
			"move":    func(t *rapid.T) { c.moves(safety.Point{X: step.Draw(t, "x"), Y: step.Draw(t, "y")}) },
			"stop":    func(*rapid.T) { c.stops() },
			"rearm":   func(*rapid.T) { c.wrote(c.rearmNow(c.now)) },
			"service": func(*rapid.T) { c.serves() },
			"grip": func(t *rapid.T) {
				if !c.stopping {
					c.wrote(c.gripNow(c.now, grips.Draw(t, "grip")))
				}
			},
			"ok":    func(*rapid.T) { c.answers("ok") },
			"error": func(t *rapid.T) { c.answers(fmt.Sprintf("error:%d", rapid.IntRange(0, 90).Draw(t, "code"))) },
			"alarm": func(t *rapid.T) { c.says(fmt.Sprintf("ALARM:%d", rapid.IntRange(0, 12).Draw(t, "code"))) },
			"noise": func(t *rapid.T) { c.says(rapid.String().Draw(t, "noise")) },
			"banner": func(*rapid.T) {
				if c.device.resets > 0 {
					c.device.resets = 0
					c.says("Grbl 1.1h ['$' for help]")
				}
			},
			"report": func(t *rapid.T) {
				at := c.plan.end()
				c.says(fmt.Sprintf("<%s|MPos:%.3f,%.3f,%.3f|FS:0,0|WCO:0.000,0.000,0.000>", states.Draw(t, "state"), at.X, at.Y, at.Z))
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
