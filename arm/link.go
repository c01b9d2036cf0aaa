package arm

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

// ErrClosed is returned for a Write or a Flush after Close.
var ErrClosed = errors.New("arm link is closed")

// Port is an open port. Read blocks until there is at least one byte, and may run
// at the same time as every other method; of the others a Link calls one at a
// time. Close ends a Read that is under way.
type Port interface {
	io.ReadWriteCloser
	ResetInputBuffer() error // drops what was received and not read
}

// Opener opens the port of an arm.
type Opener func() (Port, error)

// readSize is the most that receive gets at once: several lines of any controller.
const readSize = 512

// Link is one open connection to an arm, from OpenLink to Close.
type Link struct {
	port   Port
	closed atomic.Bool   // set under mu; the reader asks without waiting for a Write
	done   chan struct{} // closed when the reader has ended

	mu       sync.Mutex // held by Write, Flush and Close
	failed   error      // what the first Write that failed came to
	closeErr error
}

// OpenLink opens the port and starts its reader, which calls receive with the bytes
// as they come, in order (b is valid until receive returns), and lost when the port
// fails or a callback of this reader panics. lost is called at most once, last, and
// never because of Close or after it.
//
// Both may be called before OpenLink returns. They must not call Close, nor wait for
// the goroutine that does: Close waits for them.
func OpenLink(open Opener, receive func(b []byte), lost func(error)) (*Link, error) {
	port, err := open()
	if err != nil {
		return nil, err
	}
	l := &Link{port: port, done: make(chan struct{})}
	go l.serve(receive, lost)
	return l, nil
}

// Write sends one short frame with one write to the port. A frame that went out only
// in part is an error. After an error the link is lost, and every later Write returns
// the same error without writing: the controller would read the rest of one frame and
// the beginning of another as one. After Close it returns ErrClosed.
//
// It blocks for as long as the controller takes nothing.
func (l *Link) Write(b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed.Load() {
		return ErrClosed
	}
	if l.failed != nil {
		return l.failed
	}
	n, err := l.port.Write(b)
	if err == nil && n < len(b) {
		err = fmt.Errorf("write to arm: %d of %d bytes: %w", n, len(b), io.ErrShortWrite)
	}
	l.failed = err
	return err
}

// Flush drops what was received and not read. What the reader already holds still
// comes to receive.
func (l *Link) Flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed.Load() {
		return ErrClosed
	}
	return l.port.ResetInputBuffer()
}

// Close closes the port and waits for the reader. It waits behind a Write that
// blocks, so it returns only when that Write has; and the kernel closes a serial port
// only when what was written has been sent, or after 30 s (closing_wait). Calling it
// again does nothing and returns the same. The reader's callbacks must not call it: it
// would wait for itself.
func (l *Link) Close() error {
	err := l.closePort()
	<-l.done
	return err
}

func (l *Link) closePort() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed.Swap(true) {
		l.closeErr = l.port.Close()
	}
	return l.closeErr
}

func (l *Link) serve(receive func([]byte), lost func(error)) {
	defer close(l.done)
	err := l.read(receive)
	if !l.closed.Load() {
		lost(err)
	}
}

// read passes bytes on until the port fails. A panic, of a library below or of a
// parser above, ends this link and not the daemon: a daemon that is gone cannot stop
// the arm.
func (l *Link) read(receive func([]byte)) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("reader of the arm's port: panic: %w", r)
		default:
			err = fmt.Errorf("reader of the arm's port: panic: %v", r)
		}
	}()
	b := make([]byte, readSize)
	for {
		n, err := l.port.Read(b)
		if n > 0 {
			receive(b[:n])
		}
		if err != nil {
			return err
		}
	}
}
