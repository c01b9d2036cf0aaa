package arm

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// Serial is a serial port: 8 data bits, no parity, 1 stop bit, raw, no flow control.
// Opening it raises DTR and RTS, which resets many controllers.
type Serial struct {
	Path string // for example /dev/ttyACM0, or a name that stays in /dev/serial/by-id
	Baud int    // bits per second
}

// Opener returns what opens the port, with descriptors from reserve. A nil reserve
// will do for a program that never has a thousand descriptors open.
func (s Serial) Opener(reserve *Reserve) Opener {
	return func() (Port, error) { return s.open(reserve) }
}

func (s Serial) open(reserve *Reserve) (Port, error) {
	if s.Baud <= 0 {
		return nil, fmt.Errorf("serial port %s: baud rate %d: it must be positive", s.Path, s.Baud)
	}
	// Without O_NONBLOCK, opening waits for a carrier.
	tty, err := os.OpenFile(s.Path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, s.explain(err)
	}
	p := &serialPort{path: s.Path, tty: tty, reserve: reserve}
	if err = p.claim(); err == nil {
		err = reserve.lend(func() error { return p.connect(s.Baud) })
	}
	if err != nil {
		_ = tty.Close()
		return nil, s.explain(err)
	}
	return p, nil
}

// serialPort is a port of go.bug.st/serial, and beside it a descriptor of our own on
// the same tty, which carries the lock and on which the reader waits for input.
//
// The library is asked to read only when there is something to read, and never while
// the port is flushed or closed. Its Close gives the descriptor's number free before
// its Read has ended, which could then take bytes from a station's socket that got the
// number; and input that is flushed between its select and its read leaves it, and then
// Close, waiting for the next byte.
type serialPort struct {
	path    string
	tty     *os.File
	input   syscall.RawConn // of tty
	reserve *Reserve

	lib serial.Port

	mu     sync.Mutex // lib.Read, lib.ResetInputBuffer and lib.Close exclude each other
	closed bool
}

// claim locks the tty until our descriptor on it is closed. The lock is a flock, because
// root passes the tty's own exclusive mode.
func (p *serialPort) claim() (err error) {
	if p.input, err = p.tty.SyscallConn(); err != nil {
		return err
	}
	controlErr := p.input.Control(func(fd uintptr) {
		if _, err = unix.IoctlGetTermios(int(fd), unix.TCGETS); err == nil {
			err = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB)
		}
	})
	return errors.Join(controlErr, err)
}

// connect opens the port for reading and writing.
func (p *serialPort) connect(baud int) error {
	lib, err := serial.Open(p.path, &serial.Mode{BaudRate: baud, DataBits: 8})
	if err != nil {
		return err
	}
	if err = lib.SetReadTimeout(0); err == nil {
		err = probe(lib)
	}
	if err != nil {
		_ = lib.Close()
		return err
	}
	p.lib = lib
	return nil
}

// probe finds out whether the port can be read with the descriptors that it got. It
// takes nothing of what was received.
func probe(lib serial.Port) (err error) {
	defer func() {
		if recover() != nil {
			err = errDescriptor
		}
	}()
	_, _ = lib.Read(nil) // what fails besides fails again in the reader
	return nil
}

func (p *serialPort) Read(b []byte) (n int, err error) {
	waitErr := p.input.Read(func(uintptr) bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.closed {
			err = os.ErrClosed
			return true
		}
		n, err = p.lib.Read(b)
		return n > 0 || err != nil
	})
	if err == nil {
		err = waitErr
	}
	if err != nil {
		// On an unplugged port the library says that the port was closed.
		err = fmt.Errorf("serial port %s is gone: %w", p.path, err)
	}
	return n, err
}

func (p *serialPort) Write(b []byte) (int, error) {
	n, err := p.lib.Write(b)
	if err != nil {
		err = fmt.Errorf("write to serial port %s: %w", p.path, err)
	}
	return n, err
}

func (p *serialPort) ResetInputBuffer() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.lib.ResetInputBuffer(); err != nil {
		return fmt.Errorf("flush serial port %s: %w", p.path, err)
	}
	return nil
}

// Close gives the lock free last: a program that gets the port must not find this one
// still using it.
func (p *serialPort) Close() error {
	p.mu.Lock()
	p.closed = true
	err := p.lib.Close()
	p.mu.Unlock()
	err = errors.Join(err, p.tty.Close())
	p.reserve.refill()
	if err != nil {
		return fmt.Errorf("close serial port %s: %w", p.path, err)
	}
	return nil
}
