package armtest

import (
	"errors"
	"sync"
	"syscall"
)

// memoryWire connects a loop to a port in memory.
type memoryWire struct {
	mu    sync.Mutex
	line  *memoryLine // nil while unplugged
	loop  *loop
	pumps sync.WaitGroup
}

func (w *memoryWire) attach(loop *loop) {
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

func (w *memoryWire) open() (*Port, error) {
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
