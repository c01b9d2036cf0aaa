package drivertest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// machineSpeed is how fast the fake arm goes, mm/s. It needs no time to get there.
const machineSpeed = 400

// machine is the smallest controller that a driver can keep all promises with:
//
//	g X Y Z   go there
//	o N       grip; answered by the same
//	m 0, m 1  motors off, on
//	?         answered by p X Y Z V, V is 0 at rest
type machine struct {
	now, since time.Duration
	from, goal safety.Point
	sample     time.Duration
	limp       bool
	silent     string // "", "mute", "hang"
	refuses    bool
	line       []byte
	out        []byte
	events     []armtest.Event
}

func newMachine(now time.Duration) armtest.Machine {
	at := safety.Point{X: 10, Y: 20, Z: 30}
	return &machine{now: now, since: now, from: at, goal: at}
}

func (m *machine) at() (p safety.Point, v float64) {
	way := m.goal.Sub(m.from)
	went := (m.now - m.since).Seconds() * machineSpeed
	if m.limp || went >= way.Norm() {
		return m.end(), 0
	}
	return m.from.Add(way.Scale(went / way.Norm())), machineSpeed
}

func (m *machine) end() safety.Point {
	if m.limp {
		return m.from
	}
	return m.goal
}

func (m *machine) rests() time.Duration {
	return m.since + time.Duration(m.end().Sub(m.from).Norm()/machineSpeed*float64(time.Second))
}

func (m *machine) Next() time.Duration {
	if m.limp || m.rests() <= m.now {
		return armtest.Never
	}
	return min(m.sample, m.rests())
}

func (m *machine) Advance(to time.Duration) {
	for next := m.Next(); next <= to && next != armtest.Never; next = m.Next() {
		m.now = next
		m.sample = m.now + armtest.SamplePeriod
		m.log(armtest.EvPos)
		if m.rests() <= m.now {
			m.log(armtest.EvRest)
		}
	}
	m.now = max(m.now, to)
}

func (m *machine) Receive(now time.Duration, p []byte) {
	m.Advance(now)
	if m.silent == "hang" {
		return
	}
	for _, b := range p {
		if b != '\n' {
			m.line = append(m.line, b)
			continue
		}
		m.execute(string(m.line))
		m.line = nil
	}
}

func (m *machine) execute(line string) {
	var p safety.Point
	switch {
	case line == "?":
		at, v := m.at()
		m.say(fmt.Sprintf("p %v %v %v %v", at.X, at.Y, at.Z, v))
	case line == "m 0":
		m.from, _ = m.at()
		m.limp = true
	case line == "m 1":
		m.limp, m.since, m.sample = false, m.now, m.now
	case strings.HasPrefix(line, "o "):
		m.say(line)
	case m.refuses:
		m.refuses = false
		m.say("e beyond the fence")
	default:
		if n, _ := fmt.Sscanf(line, "g %g %g %g", &p.X, &p.Y, &p.Z); n == 3 {
			m.from, _ = m.at()
			m.goal, m.since, m.sample = p, m.now, m.now
		}
	}
}

func (m *machine) say(line string) {
	if m.silent == "" {
		m.out = append(m.out, line+"\n"...)
	}
}

func (m *machine) Fault(now time.Duration, command string) error {
	m.Advance(now)
	name, arg, _ := strings.Cut(command, " ")
	switch name {
	case "mute", "hang":
		m.silent = name
	case "resume":
		m.silent = ""
	case "refuse":
		m.refuses = true
	case "push":
		if m.limp {
			m.from.Y += 15
			m.log(armtest.EvPos)
		}
	case "garbage":
		n, _ := strconv.Atoi(arg)
		noise := rand.New(rand.NewPCG(1, 2))
		for range n {
			m.out = append(m.out, byte(noise.Uint32()))
		}
	default:
		return fmt.Errorf("command %q: unknown", command)
	}
	return nil
}

func (m *machine) Take() ([]byte, []armtest.Event) {
	out, events := bytes.Clone(m.out), m.events
	m.out, m.events = nil, nil
	return out, events
}

func (m *machine) log(ev string) { m.events = append(m.events, m.Event(ev, "", 0)) }

func (m *machine) Event(ev, text string, n int) armtest.Event {
	at, v := m.at()
	return armtest.Event{T: int64(m.now), Ev: ev, Text: text, N: n, X: at.X, Y: at.Y, Z: at.Z, V: v}
}

// pitch is how far a turn of a spindle of the fake arm leads, in mm a rad.
const pitch = 20

func spindlesAt(p safety.Point) arm.Angles {
	return arm.Angles{p.X / pitch, p.Y / pitch, p.Z / pitch}
}

func spindlesLead(joints []float64) safety.Point {
	return safety.Point{X: joints[0], Y: joints[1], Z: joints[2]}.Scale(pitch)
}
