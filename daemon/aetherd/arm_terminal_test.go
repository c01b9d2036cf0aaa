package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
)

// startServos starts a bus with an arm whose joints have a range of 800 counts each, with
// 400 counts to either side of where they are in the reference posture. The shoulder and the
// elbow count down.
func startServos(t *testing.T) *armtest.Process {
	t.Helper()
	var cfg feetechemu.Config
	for id := 1; id <= 4; id++ {
		cfg.Servos = append(cfg.Servos, feetechemu.Servo{ID: id, Position: 2048, Low: 1648, High: 2448})
	}
	cfg.Servos = append(cfg.Servos, feetechemu.Servo{ID: 5, Position: 2048})
	return armtest.Start(t, "feetech", cfg)
}

// screen is a program at a terminal of its own.
type screen struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	ended  chan struct{} // closed when all that it wrote has been read

	mu    sync.Mutex
	shown bytes.Buffer
	grown chan struct{}
	seen  int // of shown, by expect
}

// atTerminal starts aetherd.
func atTerminal(t *testing.T, args ...string) *screen {
	t.Helper()
	term := &screen{t: t, cmd: exec.Command(aetherd(t), args...), ended: make(chan struct{}), grown: make(chan struct{})}
	var err error
	if term.master, err = pty.StartWithSize(term.cmd, &pty.Winsize{Rows: 50, Cols: 120}); err != nil {
		t.Fatal(err)
	}
	go term.read()
	t.Cleanup(func() {
		_ = term.cmd.Process.Kill()
		<-term.ended
		_ = term.cmd.Wait()
		_ = term.master.Close()
	})
	return term
}

func (term *screen) read() {
	defer close(term.ended)
	b := make([]byte, 4096)
	for {
		n, err := term.master.Read(b)
		term.mu.Lock()
		term.shown.Write(b[:n])
		close(term.grown)
		term.grown = make(chan struct{})
		term.mu.Unlock()
		if err != nil {
			return // EIO, when the program has ended
		}
	}
}

// expect waits until text is shown, behind what was expected before.
func (term *screen) expect(text string) {
	term.t.Helper()
	patient := time.After(patience)
	for {
		term.mu.Lock()
		rest, grown := term.shown.String()[term.seen:], term.grown
		i := strings.Index(rest, text)
		if i >= 0 {
			term.seen += i + len(text)
		}
		term.mu.Unlock()
		if i >= 0 {
			return
		}
		select {
		case <-grown:
		case <-term.ended:
			if !strings.Contains(term.all()[term.seen:], text) {
				term.t.Fatalf("ended without %q:\n%s", text, term.all())
			}
		case <-patient:
			term.t.Fatalf("does not show %q:\n%s", text, term.all())
		}
	}
}

func (term *screen) all() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return term.shown.String()
}

// enter types a line.
func (term *screen) enter(line string) {
	term.t.Helper()
	if _, err := term.master.WriteString(line + "\n"); err != nil {
		term.t.Fatal(err)
	}
}

// exit returns the program's exit code.
func (term *screen) exit() int {
	term.t.Helper()
	select {
	case <-term.ended:
	case <-time.After(patience):
		term.t.Fatalf("does not end:\n%s", term.all())
	}
	_ = term.cmd.Wait()
	return term.cmd.ProcessState.ExitCode()
}
