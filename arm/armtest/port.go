package armtest

import (
	"os"
	"sync"
	"syscall"
)

// memoryRoom is how many bytes a line in memory takes in either direction before
// the host's writes wait and the machine's are lost: that of a raw pty.
const memoryRoom = 16 << 10

// memoryLine is a serial line in memory, as the kernel keeps one.
type memoryLine struct {
	mu      sync.Mutex
	changed *sync.Cond
	up      []byte // from the host, not yet taken by the machine
	down    []byte // from the machine, not yet read
	blocked bool   // the host's writes wait
	dead    bool   // unplugged
	gone    chan struct{}
	port    *Port // the one that is open
}

func newMemoryLine() *memoryLine {
	l := &memoryLine{gone: make(chan struct{})}
	l.changed = sync.NewCond(&l.mu)
	return l
}

// change does f under the lock, and wakes who waits.
func (l *memoryLine) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	l.changed.Broadcast()
}

// takeUp waits for bytes from the host; false means unplugged.
func (l *memoryLine) takeUp() ([]byte, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.up) == 0 && !l.dead {
		l.changed.Wait()
	}
	p := l.up
	l.up = nil
	l.changed.Broadcast()
	return p, !l.dead
}

func (l *memoryLine) putDown(p []byte) {
	l.change(func() { l.down = append(l.down, p[:min(len(p), memoryRoom-len(l.down))]...) })
}

func (l *memoryLine) block(yes bool) { l.change(func() { l.blocked = yes }) }

func (l *memoryLine) unplug() {
	l.change(func() {
		l.dead = true
		close(l.gone)
	})
}

func (l *memoryLine) open() (*Port, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.port != nil {
		return nil, syscall.EBUSY
	}
	l.port = &Port{line: l}
	return l.port, nil
}

// Port is a port that a driver has opened in memory. It behaves like a
// serial port of Linux: Read waits for a byte, and ends with Close or an unplug;
// a Write that waits is ended by nothing but room or an unplug, and Write after
// an unplug is EIO.
type Port struct {
	line   *memoryLine
	closed bool // under the line's lock
}

// Read returns at least one byte.
func (p *Port) Read(b []byte) (int, error) {
	l := p.line
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case p.closed:
			return 0, os.ErrClosed
		case l.dead:
			return 0, syscall.EIO
		case len(l.down) > 0:
			n := copy(b, l.down)
			l.down = l.down[n:]
			return n, nil
		}
		l.changed.Wait()
	}
}

// Write waits for room for all of b.
func (p *Port) Write(b []byte) (int, error) {
	l := p.line
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.closed {
		return 0, os.ErrClosed
	}
	for n := 0; ; {
		switch room := memoryRoom - len(l.up); {
		case l.dead:
			return n, syscall.EIO
		case n == len(b):
			return n, nil
		case room > 0 && !l.blocked:
			part := b[n : n+min(room, len(b)-n)]
			l.up = append(l.up, part...)
			n += len(part)
			l.changed.Broadcast()
			continue
		}
		l.changed.Wait()
	}
}

// ResetInputBuffer forgets what the machine said and nobody read.
func (p *Port) ResetInputBuffer() error {
	p.line.change(func() { p.line.down = nil })
	return nil
}

// Close gives the port back. Like a pty's, the line keeps what nobody read.
func (p *Port) Close() error {
	p.line.change(func() {
		if !p.closed {
			p.closed = true
			p.line.port = nil
		}
	})
	return nil
}
