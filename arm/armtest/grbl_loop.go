package armtest

import (
	"fmt"
	"strings"
	"time"
)

// grblLoop plays a board in time: it owns the controller, and one goroutine in
// run is all that touches it.
type grblLoop struct {
	board    *grblController
	clock    func() time.Duration
	wire     grblWire
	sink     func(GrblEvent)
	input    chan []byte
	commands chan grblCommand
	quit     chan struct{}
	stalled  bool // what comes in stays in the wire
}

// grblWire is what the board's UART is connected to.
type grblWire interface {
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

type grblCommand struct {
	text string
	done chan error
}

func newGrblLoop(cfg GrblConfig, clock func() time.Duration, wire grblWire, sink func(GrblEvent)) (*grblLoop, error) {
	l := &grblLoop{
		board: newGrblController(cfg, clock()), clock: clock, wire: wire, sink: sink,
		input: make(chan []byte), commands: make(chan grblCommand), quit: make(chan struct{}),
	}
	for _, text := range cfg.Faults {
		if err := l.command(text); err != nil {
			return nil, err
		}
	}
	l.flush()
	return l, nil
}

// run plays until quit is closed.
func (l *grblLoop) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := l.clock()
		l.board.advance(now)
		l.flush()
		timer.Stop()
		if next := l.board.next(); next != never {
			timer.Reset(next - now)
		}
		input := l.input
		if l.stalled {
			input = nil
		}
		select {
		case p := <-input:
			l.board.receive(l.clock(), p)
		case cmd := <-l.commands:
			cmd.done <- l.command(cmd.text)
		case <-timer.C:
		case <-l.quit:
			return
		}
	}
}

// deliver hands bytes from the host to the board. It waits while the board does
// not read, and reports false when the connection is gone or the loop has ended.
func (l *grblLoop) deliver(p []byte, gone <-chan struct{}) bool {
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
func (l *grblLoop) do(text string) error {
	cmd := grblCommand{text, make(chan error, 1)}
	select {
	case l.commands <- cmd:
		return <-cmd.done
	case <-l.quit:
		return fmt.Errorf("command %q: the emulator has ended", text)
	}
}

// command carries out a fault of the wire or of the board.
func (l *grblLoop) command(text string) (err error) {
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
		err = l.board.fault(l.clock(), text)
	default:
		err = l.board.fault(l.clock(), text)
	}
	l.board.advance(l.clock())
	switch {
	case err != nil:
		l.board.log(GrblRefused, err.Error(), 0)
	case path != "":
		l.board.log(GrblPty, path, 0)
		fallthrough
	default:
		l.board.log(GrblFault, text, 0)
	}
	l.flush()
	return err
}

// flush passes on what the board wrote and what happened to it.
func (l *grblLoop) flush() {
	out, events := l.board.take()
	for _, e := range events {
		l.sink(e)
	}
	if len(out) > 0 {
		l.wire.write(out)
	}
}
