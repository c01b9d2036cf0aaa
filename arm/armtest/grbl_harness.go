package armtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Grbl is an emulator in a process of its own, which plays on when the process
// that drives it dies.
type Grbl struct {
	*grblRecord
	t     testing.TB
	cmd   *exec.Cmd
	stdin io.WriteCloser
	link  string
	pty   string
	done  chan struct{} // closed when the process and its events have ended
}

// StartGrbl starts an emulator, waits until its pty is ready, and kills it at
// the end of the test. The first call in a test process builds the binary.
func StartGrbl(t testing.TB, opts ...GrblOption) *Grbl {
	t.Helper()
	binary, err := grblBinary()
	if err != nil {
		t.Fatal(err)
	}
	cfg := grblConfig(opts)
	g := &Grbl{grblRecord: newGrblRecord(), t: t, link: cfg.Link, done: make(chan struct{})}
	g.cmd = exec.Command(binary, append(cfg.args(), "-stdin")...)
	g.cmd.Stderr = os.Stderr
	stdout, err := g.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if g.stdin, err = g.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Kill)
	ready := make(chan error, 1)
	go g.read(stdout, ready)
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	return g
}

// read takes the ready line, then the events, until the process ends.
func (g *Grbl) read(stdout io.Reader, ready chan<- error) {
	defer close(g.done)
	defer g.end()
	lines := bufio.NewScanner(stdout)
	var first struct{ Pty string }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &first) != nil || first.Pty == "" {
		ready <- fmt.Errorf("grblemu did not get ready: %q", lines.Text())
		return
	}
	g.pty = first.Pty
	ready <- nil
	for lines.Scan() {
		var e GrblEvent
		if err := json.Unmarshal(lines.Bytes(), &e); err == nil {
			g.add(e)
		}
	}
}

// Path is what a driver opens: the link if there is one, else the first pty.
func (g *Grbl) Path() string {
	if g.link != "" {
		return g.link
	}
	return g.pty
}

// Now is the clock of the events.
func (g *Grbl) Now() time.Duration { return Monotonic() }

// Command carries out a fault, and returns when it has taken effect: stall-read,
// stall-write, hang, mute, resume, slow-ok MS, error-next N, alarm N, garbage N,
// jog-race, reboot, close, replug, release. The command grblemu explains them.
// It belongs to the goroutine of the test.
func (g *Grbl) Command(text string) {
	g.t.Helper()
	from := len(g.Events())
	if _, err := fmt.Fprintln(g.stdin, text); err != nil {
		g.t.Fatalf("command %q: %v", text, err)
	}
	for {
		g.mu.Lock()
		events, grown, ended := g.events[from:], g.grown, g.ended
		g.mu.Unlock()
		for _, e := range events {
			switch {
			case e.Ev == GrblFault && e.Text == text:
				return
			case e.Ev == GrblRefused:
				g.t.Fatal(e.Text)
			}
		}
		from += len(events)
		if ended {
			g.t.Fatalf("command %q: the emulator has ended", text)
		}
		<-grown
	}
}

// Kill is a power cut of the board. The link stays, and leads nowhere.
func (g *Grbl) Kill() {
	_ = g.cmd.Process.Kill()
	<-g.done
	_ = g.cmd.Wait()
}

// grblBinary builds grblemu once in a process. The file is unlinked while it is
// held open, so that nothing stays behind however the tests end.
var grblBinary = sync.OnceValues(func() (path string, err error) {
	dir, err := os.MkdirTemp("", "grblemu")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "grblemu")
	build := exec.Command("go", "build", "-o", file, "github.com/aether-arm/aetherd/arm/armtest/grblemu")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build grblemu: %w\n%s", err, out)
	}
	// A child looks the path up before it closes the descriptor.
	fd, err := unix.Open(file, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", fmt.Errorf("open %q: %w", file, err)
	}
	return fmt.Sprintf("/proc/self/fd/%d", fd), nil
})
