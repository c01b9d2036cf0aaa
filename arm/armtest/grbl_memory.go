package armtest

import (
	"errors"
	"sync"
	"syscall"
	"testing"
	"time"
)

// GrblMemory is a board in memory. It uses nothing but package time and
// channels, so it may live in a testing/synctest bubble, whose clock is then
// its own: start it in the bubble.
type GrblMemory struct {
	*grblRecord
	t     testing.TB
	loop  *grblLoop
	wire  *memoryWire
	begun time.Time
}

// StartGrblMemory plays a board until the test ends. A test for both worlds
// takes what *GrblMemory and *Grbl have in common.
func StartGrblMemory(t testing.TB, opts ...GrblOption) *GrblMemory {
	t.Helper()
	g := &GrblMemory{grblRecord: newGrblRecord(), t: t, wire: &memoryWire{}, begun: time.Now()}
	if _, err := g.wire.replug(); err != nil {
		t.Fatal(err)
	}
	var err error
	if g.loop, err = newGrblLoop(grblConfig(opts), g.Now, g.wire, g.add); err != nil {
		t.Fatal(err)
	}
	g.wire.attach(g.loop)
	var done sync.WaitGroup
	done.Go(g.loop.run)
	t.Cleanup(func() {
		close(g.loop.quit)
		done.Wait()
		g.wire.end()
		g.end()
	})
	return g
}

// Now is the clock of the events: the time since the board was started.
func (g *GrblMemory) Now() time.Duration { return time.Since(g.begun) }

// Command carries out a fault, and returns when it has taken effect; see [Grbl.Command].
func (g *GrblMemory) Command(text string) {
	g.t.Helper()
	if err := g.loop.do(text); err != nil {
		g.t.Fatal(err)
	}
}

// Open opens the port, as a driver does. A second open port, or none that is
// plugged in, is an error. What the board said before is still to be read.
func (g *GrblMemory) Open() (*GrblPort, error) { return g.wire.open() }

// memoryWire connects a loop to a port in memory.
type memoryWire struct {
	mu    sync.Mutex
	line  *memoryLine // nil while unplugged
	loop  *grblLoop
	pumps sync.WaitGroup
}

func (w *memoryWire) attach(loop *grblLoop) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.loop = loop
	if w.line != nil {
		w.pump(w.line)
	}
}

// pump hands on what comes, until the line is unplugged.
func (w *memoryWire) pump(l *memoryLine) {
	w.pumps.Go(func() {
		for {
			p, ok := l.takeUp()
			if !ok || !w.loop.deliver(p, l.gone) {
				return
			}
		}
	})
}

// plugged returns the line, or nil.
func (w *memoryWire) plugged() *memoryLine {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.line
}

func (w *memoryWire) open() (*GrblPort, error) {
	l := w.plugged()
	if l == nil {
		return nil, syscall.ENOENT
	}
	return l.open()
}

func (w *memoryWire) write(p []byte) {
	if l := w.plugged(); l != nil {
		l.putDown(p)
	}
}

func (w *memoryWire) block(yes bool) {
	if l := w.plugged(); l != nil {
		l.block(yes)
	}
}

func (w *memoryWire) release() error {
	if w.plugged() == nil {
		return errUnplugged
	}
	return nil
}

func (w *memoryWire) unplug() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.line == nil {
		return errUnplugged
	}
	w.line.unplug()
	w.line = nil
	return nil
}

func (w *memoryWire) replug() (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.line != nil {
		return "", errPlugged
	}
	w.line = newMemoryLine()
	if w.loop != nil {
		w.pump(w.line)
	}
	return "memory", nil
}

// end unplugs, and waits for the pumps.
func (w *memoryWire) end() {
	if err := w.unplug(); err != nil && !errors.Is(err, errUnplugged) {
		panic(err)
	}
	w.pumps.Wait()
}
