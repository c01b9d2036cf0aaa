package armtest

import "errors"

// ptyWire connects a loop to a pty.
type ptyWire struct {
	link string
	pty  *Pty
	gone chan struct{} // closed when pty is
	loop *loop
}

var (
	errUnplugged = errors.New("there is no connection")
	errPlugged   = errors.New("there is a connection already")
)

// attach begins to read.
func (w *ptyWire) attach(loop *loop) {
	w.loop = loop
	if w.pty != nil {
		w.read()
	}
}

// read hands on what comes until the pty is closed.
func (w *ptyWire) read() {
	p, gone := w.pty, w.gone
	go func() {
		for {
			b := make([]byte, 4096)
			n, err := p.Read(b)
			if err != nil || !w.loop.deliver(b[:n], gone) {
				return
			}
		}
	}()
}

func (w *ptyWire) write(p []byte) {
	if w.pty != nil {
		w.pty.Send(p)
	}
}

func (w *ptyWire) block(yes bool) {
	if w.pty != nil {
		_ = w.pty.Block(yes)
	}
}

func (w *ptyWire) release() error {
	if w.pty == nil {
		return errUnplugged
	}
	return w.pty.Release()
}

func (w *ptyWire) unplug() error {
	if w.pty == nil {
		return errUnplugged
	}
	p := w.pty
	w.pty = nil
	close(w.gone)
	return p.Close()
}

func (w *ptyWire) replug() (path string, err error) {
	if w.pty != nil {
		return "", errPlugged
	}
	p, err := OpenPty(w.link)
	if err != nil {
		return "", err
	}
	w.pty, w.gone = p, make(chan struct{})
	if w.loop != nil {
		w.read()
	}
	return p.Path(), nil
}
