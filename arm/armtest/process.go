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

// Process is an emulator in a process of its own, which plays on when the process
// that drives it dies.
type Process struct {
	*record
	t     testing.TB
	cmd   *exec.Cmd
	stdin io.WriteCloser
	link  string
	pty   string
	done  chan struct{} // closed when the process and its events have ended
}

// Start starts the command armemu as a machine of a kind, with the Config of
// that kind's package. It waits until the pty is ready, and kills the process at
// the end of the test. The first call in a test process builds the binary.
func Start(t testing.TB, kind string, config any, opts ...Option) *Process {
	t.Helper()
	binary, err := armemu()
	if err != nil {
		t.Fatal(err)
	}
	var setup Setup
	for _, opt := range opts {
		opt(&setup)
	}
	cfg, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	p := &Process{record: newRecord(), t: t, link: setup.Link, done: make(chan struct{})}
	p.cmd = exec.Command(binary, append([]string{kind, "-stdin", "-config", string(cfg)}, setup.args()...)...)
	p.cmd.Stderr = os.Stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	ready := make(chan error, 1)
	go p.read(stdout, ready)
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	return p
}

// read takes the ready line, then the events, until the process ends.
func (p *Process) read(stdout io.Reader, ready chan<- error) {
	defer close(p.done)
	defer p.end()
	lines := bufio.NewScanner(stdout)
	var first struct{ Pty string }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &first) != nil || first.Pty == "" {
		ready <- fmt.Errorf("armemu did not get ready: %q", lines.Text())
		return
	}
	p.pty = first.Pty
	ready <- nil
	for lines.Scan() {
		var e Event
		if err := json.Unmarshal(lines.Bytes(), &e); err == nil {
			p.add(e)
		}
	}
}

// Path is what a driver opens: the link if there is one, else the first pty.
func (p *Process) Path() string {
	if p.link != "" {
		return p.link
	}
	return p.pty
}

// Now is the clock of the events.
func (p *Process) Now() time.Duration { return Monotonic() }

// Command carries out a fault, and returns when it has taken effect. The command
// armemu explains those of every machine, the package of its kind the others. It
// belongs to the goroutine of the test.
func (p *Process) Command(text string) {
	p.t.Helper()
	from := len(p.Events())
	if _, err := fmt.Fprintln(p.stdin, text); err != nil {
		p.t.Fatalf("command %q: %v", text, err)
	}
	for {
		p.mu.Lock()
		events, grown, ended := p.events[from:], p.grown, p.ended
		p.mu.Unlock()
		for _, e := range events {
			switch {
			case e.Ev == EvFault && e.Text == text:
				return
			case e.Ev == EvRefused:
				p.t.Fatal(e.Text)
			}
		}
		from += len(events)
		if ended {
			p.t.Fatalf("command %q: the emulator has ended", text)
		}
		<-grown
	}
}

// Kill is a power cut of the controller. The link stays, and leads nowhere.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
	_ = p.cmd.Wait()
}

// armemu builds the command once in a process. The file is unlinked while it is
// held open, so that nothing stays behind however the tests end.
var armemu = sync.OnceValues(func() (path string, err error) {
	dir, err := os.MkdirTemp("", "armemu")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "armemu")
	build := exec.Command("go", "build", "-o", file, "github.com/aether-arm/aetherd/arm/armtest/armemu")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build armemu: %w\n%s", err, out)
	}
	// A child looks the path up before it closes the descriptor.
	fd, err := unix.Open(file, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", fmt.Errorf("open %q: %w", file, err)
	}
	return fmt.Sprintf("/proc/self/fd/%d", fd), nil
})
