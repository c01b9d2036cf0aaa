package feetechemu

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// Machine is a bus with its servos, an [armtest.Machine].
type Machine struct {
	cfg    Config
	now    time.Duration
	out    []byte
	events []armtest.Event

	servos    []*servo // in the order of the Config
	wire      wire
	parser    parser
	deafUntil time.Duration // the servos start up
	faults    faults
	noise     *rand.Rand

	stepAt   time.Duration // when the joints move on, or Never
	moving   bool
	sampleAt time.Duration
}

// New powers a bus up at now, with torque off and all goals 0.
func New(cfg Config, now time.Duration) *Machine {
	cfg = cfg.withDefaults()
	m := &Machine{
		cfg: cfg, now: now, stepAt: armtest.Never,
		wire:  wire{latency: time.Duration(cfg.Latency) * time.Microsecond},
		noise: rand.New(rand.NewPCG(1, 2)),
	}
	for _, c := range cfg.Servos {
		m.servos = append(m.servos, newServo(c.withDefaults(), cfg))
	}
	for _, s := range m.servos {
		m.observe(s)
	}
	m.wake()
	return m
}

// Receive takes bytes from the host at now.
func (m *Machine) Receive(now time.Duration, p []byte) {
	m.Advance(now)
	if !m.faults.hang {
		m.wire.put(m.now, p)
	}
}

// Advance plays until to.
func (m *Machine) Advance(to time.Duration) {
	for m.playOne(to) {
	}
	m.now = max(m.now, to)
}

// playOne plays what comes next, if it comes until to. Of what happens at the
// same moment the bus is first, so that an answer tells what was before.
func (m *Machine) playOne(to time.Duration) bool {
	host, answer, delivery := m.wire.nextHost(), m.wire.nextAnswer(), m.wire.nextDelivery()
	t := min(host, answer, delivery, m.stepAt)
	if t > to || t == armtest.Never {
		return false
	}
	m.now = max(m.now, t)
	switch t {
	case answer:
		m.finishAnswers()
	case host:
		m.hear(m.wire.takeHost())
	case delivery:
		if p := m.wire.takeDelivery(); !m.faults.mute {
			m.out = append(m.out, p...)
		}
	default:
		m.step()
	}
	return true
}

// Next is when the host gets something, or something happens that can lead to
// that, or Never.
func (m *Machine) Next() time.Duration {
	return min(m.wire.hostDone(), m.wire.nextAnswer(), m.wire.nextDelivery(), m.stepAt)
}

// hear takes a byte of the host off the line. One that was lost takes the packet
// with it that it belonged to.
func (m *Machine) hear(h hostByte) {
	if h.lost {
		h.b = 0
		m.parser.buf = nil
	} else {
		m.parser.buf = append(m.parser.buf, h.b)
	}
	if m.cfg.Echo {
		m.wire.echo = append(m.wire.echo, h.b)
	}
	if len(m.wire.host) == 0 {
		m.wire.deliver(m.now, m.wire.echo)
		m.wire.echo = nil
	}
	for _, p := range m.instructions() {
		m.execute(p)
	}
}

// instructions returns the valid packets that are complete.
func (m *Machine) instructions() (packets [][]byte) {
	for p := m.parser.take(); p != nil; p = m.parser.take() {
		id := int(p[2])
		if valid(p) {
			m.log(armtest.EvLine, hex(p), id)
			packets = append(packets, p)
			m.parser.skip(len(p))
		} else {
			m.log(EvChecksum, hex(p), id)
			m.parser.skip(1)
		}
	}
	return packets
}

// finishAnswers hands on the answers that have come over the line.
func (m *Machine) finishAnswers() {
	for _, a := range m.wire.takeAnswers(m.now) {
		ev := armtest.EvSent
		if a.clashes != nil {
			ev = EvCollision
		}
		p := a.heard()
		m.log(ev, hex(p), a.id)
		m.wire.deliver(m.now, p)
	}
}

// Take returns what the host got and what happened since the last call.
func (m *Machine) Take() (out []byte, events []armtest.Event) {
	out, events = m.out, m.events
	m.out, m.events = nil, nil
	return out, events
}

// Event describes the present moment.
func (m *Machine) Event(ev, text string, n int) armtest.Event {
	e := armtest.Event{T: int64(m.now), Ev: ev, Text: text, N: n, V: micro(m.speed() * radPerCount)}
	for _, s := range m.servos {
		e.Joints = append(e.Joints, micro(s.at*radPerCount))
	}
	return e
}

// log adds an event at the present moment.
func (m *Machine) log(ev, text string, n int) { m.events = append(m.events, m.Event(ev, text, n)) }

const radPerCount = 2 * math.Pi / countsPerTurn

// micro keeps a millionth.
func micro(x float64) float64 { return math.Round(x*1e6) / 1e6 }
