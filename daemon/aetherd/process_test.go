package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen. It is far more than that takes:
// only a defect comes near.
const patience = 10 * time.Second

// process is a daemon in a process of its own.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	config string       // path of its configuration
	stdout bytes.Buffer // valid once it has ended
	ended  chan struct{}
	ready  ready

	mu    sync.Mutex
	lines []string      // of its log
	grown chan struct{} // closed at the next line
}

// ready is the line of the log that says that everything listens.
type ready struct{ Command, Stop, Ops, Message string }

// onLoopback are free ports, for configurations that name none.
var onLoopback = []string{`server.listen = "127.0.0.1:0"`, `server.stop_listen = "127.0.0.1:0"`, `ops.listen = "127.0.0.1:0"`}

// configFile writes a configuration of "key = value" lines. Of two lines with the same key
// the later one counts.
func configFile(t testing.TB, lines ...string) (path string) {
	t.Helper()
	var doc []string
	for _, line := range slices.Backward(slices.Concat(onLoopback, lines)) {
		key, _, _ := strings.Cut(line, " = ")
		if !slices.ContainsFunc(doc, func(s string) bool { return strings.HasPrefix(s, key+" = ") }) {
			doc = append(doc, line)
		}
	}
	path = filepath.Join(t.TempDir(), "aetherd.toml")
	if err := os.WriteFile(path, []byte(strings.Join(doc, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// start starts a daemon and waits until it is ready. It is killed at the end of the test,
// if it lives then.
func start(t testing.TB, lines ...string) *process {
	t.Helper()
	p := launch(t, []string{"JOURNAL_STREAM=8:1"}, lines...)
	p.untilReady()
	return p
}

// launch starts a daemon with env beside the environment, and waits for nothing.
func launch(t testing.TB, env []string, lines ...string) *process {
	t.Helper()
	p := &process{t: t, config: configFile(t, lines...), ended: make(chan struct{}), grown: make(chan struct{})}
	p.cmd = exec.Command(aetherd(t), "run", "-c", p.config)
	p.cmd.Env = append(slices.DeleteFunc(os.Environ(), isJournal), env...)
	p.cmd.Stdout = &p.stdout
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.follow(stderr)
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("the log:\n%s", strings.Join(p.log(), "\n"))
		}
	})
	return p
}

// isJournal reports whether an environment variable says that the journal gets the output.
func isJournal(variable string) bool { return strings.HasPrefix(variable, "JOURNAL_STREAM=") }

// follow reads the log until the process has ended.
func (p *process) follow(stderr io.Reader) {
	defer close(p.ended)
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		p.mu.Lock()
		p.lines = append(p.lines, lines.Text())
		close(p.grown)
		p.grown = make(chan struct{})
		p.mu.Unlock()
	}
	_ = p.cmd.Wait() // its result is in ProcessState
}

// log returns the lines so far.
func (p *process) log() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.lines)
}

// untilLogged waits for a line of the log that has every one of parts.
func (p *process) untilLogged(parts ...string) string {
	p.t.Helper()
	patient := time.After(patience)
	for seen := 0; ; {
		p.mu.Lock()
		lines, grown := p.lines[seen:], p.grown
		p.mu.Unlock()
		for _, line := range lines {
			if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) }) {
				return line
			}
		}
		seen += len(lines)
		select {
		case <-grown:
		case <-p.ended:
			if len(p.log()) == seen {
				p.t.Fatalf("the daemon ended (%v) without a line with %q", p.cmd.ProcessState, parts)
			}
		case <-patient:
			p.t.Fatalf("no line of the log has %q", parts)
		}
	}
}

func (p *process) untilReady() {
	p.t.Helper()
	line := p.untilLogged(`"message":"ready"`)
	if err := json.Unmarshal([]byte(line), &p.ready); err != nil {
		p.t.Fatalf("%s: %v", line, err)
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("send %v: %v", s, err)
	}
}

// exit waits for at most limit until the process has ended, and returns its exit code, -1
// after a signal.
func (p *process) exit(limit time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(limit):
		p.t.Fatalf("the daemon has not ended after %v", limit)
	}
	return p.cmd.ProcessState.ExitCode()
}

// descriptors returns how many files the process has open.
func (p *process) descriptors() int {
	p.t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	return len(entries)
}
