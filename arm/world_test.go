package arm

import (
	"errors"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// world is a place where a link can be opened, and the device at the other end of it.
type world struct {
	open   Opener
	device io.ReadWriter // Read fails once the port is closed and empty
	unplug func()
}

// inWorlds runs one body over a port in memory and over a pty.
func inWorlds(t *testing.T, body func(t *testing.T, w world)) {
	t.Run("memory", func(t *testing.T) { body(t, newMemoryWorld()) })
	t.Run("pty", func(t *testing.T) { body(t, newPtyWorld(t, nil)) })
}

func newPtyWorld(t *testing.T, reserve *Reserve) world {
	t.Helper()
	master, path := newPty(t)
	return world{
		open:   Serial{Path: path, Baud: 115200}.Opener(reserve),
		device: master,
		unplug: func() { _ = master.Close() },
	}
}

// newPty returns the device's end of a pty and the path of the other.
func newPty(t *testing.T) (master *os.File, path string) {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := slave.Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	return master, slave.Name()
}

func newMemoryWorld() world {
	p := newMemoryPort()
	return world{
		open:   func() (Port, error) { return p, nil },
		device: memoryDevice{p},
		unplug: func() { close(p.gone) },
	}
}

var errUnplugged = errors.New("unplugged")

// memoryPort is a port whose output holds one chunk: a Write of more than that blocks
// until the device reads.
type memoryPort struct {
	input, output chan []byte
	gone, closed  chan struct{}
	writing       atomic.Bool

	unread  []byte // of input, the daemon's
	undealt []byte // of output, the device's
}

func newMemoryPort() *memoryPort {
	return &memoryPort{
		input: make(chan []byte, 1000), output: make(chan []byte, 1),
		gone: make(chan struct{}), closed: make(chan struct{}),
	}
}

func (p *memoryPort) Read(b []byte) (int, error) {
	if len(p.unread) == 0 {
		select {
		case p.unread = <-p.input:
		case <-p.gone:
			return 0, errUnplugged
		case <-p.closed:
			return 0, os.ErrClosed
		}
	}
	n := copy(b, p.unread)
	p.unread = p.unread[n:]
	return n, nil
}

func (p *memoryPort) Write(b []byte) (n int, err error) {
	p.writing.Store(true)
	defer p.writing.Store(false)
	select {
	case <-p.closed:
		return 0, errors.New("written after Close")
	default:
	}
	for chunk := range slices.Chunk(b, 4096) {
		select {
		case p.output <- slices.Clone(chunk):
			n += len(chunk)
		case <-p.gone:
			return n, syscall.EIO
		}
	}
	return n, nil
}

func (p *memoryPort) ResetInputBuffer() error {
	for len(p.input) > 0 {
		<-p.input
	}
	return nil
}

func (p *memoryPort) Close() error {
	close(p.closed)
	if p.writing.Load() {
		return errors.New("closed in the middle of a Write")
	}
	return nil
}

type memoryDevice struct{ *memoryPort }

func (d memoryDevice) Write(b []byte) (int, error) {
	d.input <- slices.Clone(b)
	return len(b), nil
}

func (d memoryDevice) Read(b []byte) (int, error) {
	if len(d.undealt) == 0 {
		select {
		case d.undealt = <-d.output:
		case <-d.closed:
			if len(d.output) == 0 {
				return 0, io.EOF
			}
			d.undealt = <-d.output
		}
	}
	n := copy(b, d.undealt)
	d.undealt = d.undealt[n:]
	return n, nil
}

// observer collects what a link reports.
type observer struct {
	bytes chan byte
	lost  chan error
}

func newObserver() *observer {
	return &observer{bytes: make(chan byte, 1<<16), lost: make(chan error, 10)}
}

func (o *observer) receive(b []byte) {
	for _, c := range b {
		o.bytes <- c
	}
}

func (o *observer) reportLost(err error) { o.lost <- err }

// next waits for n bytes.
func (o *observer) next(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = <-o.bytes
	}
	return b
}

// openLink opens a link that is closed when the test ends.
func openLink(t *testing.T, open Opener) (*Link, *observer) {
	t.Helper()
	o := newObserver()
	l, err := OpenLink(open, o.receive, o.reportLost)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, o
}

// readAll reads what the device got until the port is closed.
func readAll(device io.Reader) []byte {
	var all []byte
	b := make([]byte, 4096)
	for {
		n, err := device.Read(b)
		all = append(all, b[:n]...)
		if err != nil {
			return all
		}
	}
}
