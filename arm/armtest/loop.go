package armtest

import (
	"fmt"
	"strings"
	"time"
)

// loop plays a machine in time: it owns the machine, and one goroutine in run
// is all that touches it.
type loop struct {
	machine  Machine
	clock    func() time.Duration
	wire     wire
	sink     func(Event)
	input    chan []byte
	commands chan command
	quit     chan struct{}
	stalled  bool // what comes in stays in the wire
}

// wire is what the controller's UART is connected to.
type wire interface {
	// write sends to the host without ever waiting; what finds no room is lost,
	// as it is behind a USB bridge that nobody reads.
	write(p []byte)
	// block makes the host's writes wait, or lets them go.
	block(yes bool)
	// unplug ends the connection, replug makes another.
	unplug() error
	replug() (path string, err error)
	// release takes back the exclusive use that a killed host left.
	release() error
}

type command struct {
	text string
	done chan error
}

// newLoop carries out faults before the first byte.
func newLoop(m Machine, faults []string, clock func() time.Duration, w wire, sink func(Event)) (*loop, error) {
	l := &loop{
		machine: m, clock: clock, wire: w, sink: sink,
		input: make(chan []byte), commands: make(chan command), quit: make(chan struct{}),
	}
	for _, text := range faults {
		if err := l.command(text); err != nil {
			return nil, err
		}
	}
	l.flush()
	return l, nil
}

// run plays until quit is closed.
func (l *loop) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := l.clock()
		l.machine.Advance(now)
		l.flush()
		timer.Stop()
		if next := l.machine.Next(); next != Never {
			timer.Reset(next - now)
		}
		input := l.input
		if l.stalled {
			input = nil
		}
		select {
		case p := <-input:
			l.machine.Receive(l.clock(), p)
		case cmd := <-l.commands:
			cmd.done <- l.command(cmd.text)
		case <-timer.C:
		case <-l.quit:
			return
		}
	}
}

// deliver hands bytes from the host to the machine. It waits while the machine
// does not read, and reports false when the connection is gone or the loop has
// ended.
func (l *loop) deliver(p []byte, gone <-chan struct{}) bool {
	select {
	case l.input <- p:
		return true
	case <-gone:
		return false
	case <-l.quit:
		return false
	}
}

// do carries out a command, and returns when it has taken effect.
func (l *loop) do(text string) error {
	cmd := command{text, make(chan error, 1)}
	select {
	case l.commands <- cmd:
		return <-cmd.done
	case <-l.quit:
		return fmt.Errorf("command %q: the emulator has ended", text)
	}
}

// command carries out a fault of the wire or of the machine.
func (l *loop) command(text string) (err error) {
	text = strings.TrimSpace(text)
	path := ""
	switch text {
	case "stall-read":
		l.stalled = true
	case "stall-write":
		l.wire.block(true)
	case "close":
		err = l.wire.unplug()
	case "replug":
		path, err = l.wire.replug()
	case "release":
		err = l.wire.release()
	case "resume":
		l.stalled = false
		l.wire.block(false)
		err = l.machine.Fault(l.clock(), text)
	default:
		err = l.machine.Fault(l.clock(), text)
	}
	l.machine.Advance(l.clock())
	switch {
	case err != nil:
		l.flush(l.machine.Event(EvRefused, err.Error(), 0))
	case path != "":
		l.flush(l.machine.Event(EvPty, path, 0), l.machine.Event(EvFault, text, 0))
	default:
		l.flush(l.machine.Event(EvFault, text, 0))
	}
	return err
}

// flush passes on what happened to the machine, then further events, and what
// the machine wrote.
func (l *loop) flush(further ...Event) {
	out, events := l.machine.Take()
	for _, e := range append(events, further...) {
		l.sink(e)
	}
	if len(out) > 0 {
		l.wire.write(out)
	}
}
