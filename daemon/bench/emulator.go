package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// emulator is the controller of an arm in a process of its own: one that runs Grbl, whose stop is
// one byte. Between it and the daemon is a line of this program's own, a pseudo-terminal on which
// the bytes' arrival is timed.
type emulator struct {
	tty    string         // what the daemon opens
	stops  chan time.Time // when a stop byte arrived
	jogs   chan struct{}  // motion arrived
	cmd    *exec.Cmd
	line   []*os.File // both ends of both pseudo-terminals that this program holds
	copies sync.WaitGroup
}

// jogCancel is the byte with which Grbl stops.
const jogCancel = 0x85

func startEmulator(ctx context.Context, b *bench) (e *emulator, err error) {
	e = &emulator{stops: make(chan time.Time, 64), jogs: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			e.end()
		}
	}()
	far, err := e.start(ctx, b)
	if err != nil {
		return e, err
	}
	controller, err := os.OpenFile(far, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return e, err
	}
	e.line = append(e.line, controller)
	master, slave, err := pty.Open()
	if err != nil {
		return e, err
	}
	e.line, e.tty = append(e.line, master, slave), slave.Name()
	for _, end := range []*os.File{controller, slave} {
		if _, err := term.MakeRaw(int(end.Fd())); err != nil {
			return e, err
		}
	}
	e.copies.Go(func() { e.forward(controller, master) })
	e.copies.Go(func() { _, _ = io.Copy(master, controller) })
	return e, nil
}

// start runs the emulator, and returns its tty.
func (e *emulator) start(ctx context.Context, b *bench) (tty string, err error) {
	e.cmd = exec.CommandContext(ctx, b.armemu, "grbl", "-config", `{"banner":true,"position":{"X":200,"Y":0,"Z":150},"settings":{"120":2000,"121":2000,"122":2000}}`)
	e.cmd.Stderr = os.Stderr
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := e.cmd.Start(); err != nil {
		return "", err
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadBytes('\n')
	var ready struct{ Pty string }
	if err := errors.Join(err, json.Unmarshal(first, &ready)); err != nil {
		return "", fmt.Errorf("the emulator says %q: %w", first, err)
	}
	e.copies.Go(func() { _, _ = io.Copy(io.Discard, lines) }) // its events
	return ready.Pty, nil
}

// forward hands on what the daemon writes.
func (e *emulator) forward(controller io.Writer, master io.Reader) {
	buf := make([]byte, 4096)
	for {
		n, err := master.Read(buf)
		at := time.Now()
		if err != nil {
			return
		}
		if bytes.IndexByte(buf[:n], jogCancel) >= 0 {
			offer(e.stops, at)
		}
		if bytes.Contains(buf[:n], []byte("$J=")) {
			offer(e.jogs, struct{}{})
		}
		if _, err := controller.Write(buf[:n]); err != nil {
			return
		}
	}
}

// offer sends x if there is room.
func offer[T any](to chan<- T, x T) {
	select {
	case to <- x:
	default:
	}
}

// moved waits until motion arrives from now on.
func (e *emulator) moved() error {
	select {
	case <-e.jogs:
	default:
	}
	select {
	case <-e.jogs:
		return nil
	case <-time.After(patience):
		return errors.New("the arm does not move")
	}
}

// stopped returns when the first stop byte arrived that is not older than since.
func (e *emulator) stopped(since time.Time) (time.Time, error) {
	late := time.After(patience)
	for {
		select {
		case at := <-e.stops:
			if !at.Before(since) {
				return at, nil
			}
		case <-late:
			return time.Time{}, errors.New("no stop arrived at the arm")
		}
	}
}

func (e *emulator) end() {
	if e.cmd != nil && e.cmd.Process != nil {
		_ = e.cmd.Process.Kill()
	}
	for _, end := range e.line {
		_ = end.Close()
	}
	e.copies.Wait()
	if e.cmd != nil && e.cmd.Process != nil {
		_ = e.cmd.Wait()
	}
}

// configuration is that of a daemon which drives the emulator.
func (e *emulator) configuration() string {
	return fmt.Sprintf(`
safety.workspace.x = [-300, 300]
safety.workspace.y = [-300, 300]
safety.workspace.z = [0, 400]
arm.driver = "grbl"
arm.horizon_ms = 150
arm.write_deadline_ms = 1000
arm.serial.port = %q
`, e.tty)
}
