package armtest

import (
	"sync"
	"testing"
	"time"
)

// Memory is a machine in memory. It uses nothing but package time and channels,
// so it may live in a testing/synctest bubble, whose clock is then its own:
// start it in the bubble.
type Memory struct {
	*record
	t     testing.TB
	loop  *loop
	wire  *memoryWire
	begun time.Time
}

// StartMemory plays the machine that build makes until the test ends; faults are
// commands to carry out before the first byte. A test for both worlds takes what
// *Memory and *Process have in common.
func StartMemory(t testing.TB, build func(now time.Duration) Machine, faults ...string) *Memory {
	t.Helper()
	m := &Memory{record: newRecord(), t: t, wire: &memoryWire{}, begun: time.Now()}
	if _, err := m.wire.replug(); err != nil {
		t.Fatal(err)
	}
	var err error
	if m.loop, err = newLoop(build(m.Now()), faults, m.Now, m.wire, m.add); err != nil {
		t.Fatal(err)
	}
	m.wire.attach(m.loop)
	var done sync.WaitGroup
	done.Go(m.loop.run)
	t.Cleanup(func() {
		close(m.loop.quit)
		done.Wait()
		m.wire.end()
		m.end()
	})
	return m
}

// Now is the clock of the events: the time since the machine was started.
func (m *Memory) Now() time.Duration { return time.Since(m.begun) }

// Command carries out a fault, and returns when it has taken effect; see [Process.Command].
func (m *Memory) Command(text string) {
	m.t.Helper()
	if err := m.loop.do(text); err != nil {
		m.t.Fatal(err)
	}
}

// Open opens the port, as a driver does. A second open port, or none that is
// plugged in, is an error. What the machine said before is still to be read.
func (m *Memory) Open() (*Port, error) { return m.wire.open() }
