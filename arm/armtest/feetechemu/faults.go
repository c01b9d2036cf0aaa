package feetechemu

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// faults are those of the bus. Those of a servo are the servo's.
type faults struct {
	hang    bool // hears nothing, says nothing
	mute    bool // says nothing
	noise   bool // noise before every answer
	corrupt int  // answers that get a wrong checksum
	lose    int  // answers that are not sent
}

const (
	noiseLength = 3                      // bytes before every answer
	startTime   = 800 * time.Millisecond // a servo's REBOOT, by Feetech's protocol document
)

// Fault carries out a command at now. They stand in the package's doc.
func (m *Machine) Fault(now time.Duration, command string) error {
	m.Advance(now)
	words := strings.Fields(command)
	if len(words) == 0 {
		return fmt.Errorf("command %q: unknown", command)
	}
	if f, ok := busFaults[command]; ok {
		f(m)
		return nil
	}
	n, err := numbers(words[1:])
	if err != nil {
		return fmt.Errorf("command %q: %w", command, err)
	}
	if f, ok := countedFaults[words[0]]; ok {
		if len(n) != 1 || n[0] < 0 {
			return fmt.Errorf("command %q: want a number", command)
		}
		f(m, n[0])
		return nil
	}
	f, ok := servoFaults[words[0]]
	switch {
	case !ok:
		return fmt.Errorf("command %q: unknown", command)
	case len(n) != f.numbers:
		return fmt.Errorf("command %q: want %d numbers", command, f.numbers)
	}
	return m.faultServo(command, n, f.do)
}

func numbers(words []string) (n []int, err error) {
	for _, w := range words {
		v, err := strconv.Atoi(w)
		if err != nil {
			return nil, err
		}
		n = append(n, v)
	}
	return n, nil
}

// faultServo carries out a command to the servo whose id is the first number.
func (m *Machine) faultServo(command string, n []int, do func(s *servo, n int) error) error {
	for _, s := range m.servos {
		if s.id() != n[0] {
			continue
		}
		if err := do(s, n[len(n)-1]); err != nil {
			return fmt.Errorf("command %q: %w", command, err)
		}
		m.observe(s)
		m.wake()
		return nil
	}
	return fmt.Errorf("command %q: no such servo", command)
}

var busFaults = map[string]func(m *Machine){
	"hang":      func(m *Machine) { m.faults.hang = true; m.wire.clear() },
	"mute":      func(m *Machine) { m.faults.mute = true },
	"noise on":  func(m *Machine) { m.faults.noise = true },
	"noise off": func(m *Machine) { m.faults.noise = false },
	"resume":    func(m *Machine) { m.faults = faults{} },
	"reboot":    (*Machine).reboot,
}

var countedFaults = map[string]func(m *Machine, n int){
	"garbage": func(m *Machine, n int) { m.out = append(m.out, m.noiseBytes(n)...) },
	"corrupt": func(m *Machine, n int) { m.faults.corrupt = n },
	"lose":    func(m *Machine, n int) { m.faults.lose = n },
	"voltage": (*Machine).supply,
}

var servoFaults = map[string]struct {
	numbers int
	do      func(s *servo, n int) error
}{
	"drop":        {1, func(s *servo, _ int) error { s.absent = true; return nil }},
	"back":        {1, func(s *servo, _ int) error { s.absent = false; return nil }},
	"block":       {1, func(s *servo, _ int) error { s.blocked = true; return nil }},
	"dip":         {1, func(s *servo, _ int) error { s.powerUp(); return nil }},
	"free":        {1, func(s *servo, _ int) error { s.blocked, s.forced = false, false; return nil }},
	"overload":    {1, func(s *servo, _ int) error { s.forced = true; s.overload(); return nil }},
	"turn":        {2, (*servo).turn},
	"temperature": {2, func(s *servo, n int) error { s.temperature = max(0, min(n, math.MaxUint8)); return nil }},
}

// turn lets a hand turn a limp joint.
func (s *servo) turn(counts int) error {
	if s.on() {
		return fmt.Errorf("servo %d holds", s.id())
	}
	s.hand = float64(counts)
	return nil
}

// supply changes the voltage, in 0.1 V.
func (m *Machine) supply(tenths int) {
	for _, s := range m.servos {
		s.voltage = min(tenths, math.MaxUint8)
		m.observe(s)
	}
	m.wake()
}

// reboot is a loss of power: the joints are limp, and nobody answers for a while.
func (m *Machine) reboot() {
	m.wire.clear()
	m.parser = parser{}
	m.deafUntil = m.now + startTime
	m.log(armtest.EvState, "reboot", 0)
	for _, s := range m.servos {
		s.powerUp()
		m.observe(s)
	}
	m.wake()
}

// noiseBytes returns n bytes of noise, the same ones in every run.
func (m *Machine) noiseBytes(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(m.noise.Uint32())
	}
	return p
}
