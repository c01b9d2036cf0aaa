//go:build linux

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/daemon/daemontest"
)

// TestSession plays the session of docs/clients.md, each command in a process of its own.
func TestSession(t *testing.T) {
	block := regexp.MustCompile("(?s)```session\n(.*?)```").FindStringSubmatch(document(t, "clients.md"))
	if block == nil {
		t.Fatal("docs/clients.md has no session")
	}
	a := daemontest.Start(t)
	shells := map[string]*shell{}
	for line := range strings.Lines(block[1]) {
		line = strings.TrimSuffix(line, "\n")
		if name, args, is := strings.Cut(line, "$ aetherctl "); is {
			if before := shells[name]; before != nil {
				before.wantEnd(t)
			}
			shells[name] = typed(t, a, strings.Fields(args))
			continue
		}
		name, text, _ := strings.Cut(line, ": ")
		if shells[name] == nil {
			t.Fatalf("%q is neither a command nor what a terminal shows", line)
		}
		shells[name].want(t, text)
	}
}

// shell is a terminal in which a command runs.
type shell struct {
	command *exec.Cmd
	lines   chan string // closed at the end of its output
	shown   []string
}

// typed runs aetherctl in the folder where the document is read, the repository's.
func typed(t *testing.T, a *daemontest.Daemon, args []string) *shell {
	t.Helper()
	s := &shell{command: exec.Command("aetherctl", args...), lines: make(chan string, 1000)}
	s.command.Dir = "../.."
	s.command.Env = append(os.Environ(), "AETHERD_ADDRESS="+a.Command, "AETHERD_STOP_ADDRESS="+a.Stop)
	r, w := io.Pipe()
	s.command.Stdout, s.command.Stderr = w, w
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.lines)
		for lines := bufio.NewScanner(r); lines.Scan(); {
			s.lines <- lines.Text()
		}
	}()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.command.Wait()
		_ = w.Close()
	}()
	t.Cleanup(func() {
		_ = s.command.Process.Signal(syscall.SIGINT)
		for range s.lines { // what else it says
		}
		<-ended
		if t.Failed() {
			t.Logf("%s\n%s", s.command, strings.Join(s.shown, "\n"))
		}
	})
	return s
}

// want waits for a line of that pattern, and passes over others.
func (s *shell) want(t *testing.T, pattern string) {
	t.Helper()
	match := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), "…", ".*") + "$")
	overdue := time.After(30 * time.Second) // only a defect takes as long
	for {
		select {
		case line, more := <-s.lines:
			if !more {
				t.Fatalf("%s ended without %q", s.command, pattern)
			}
			s.shown = append(s.shown, line)
			if match.MatchString(line) {
				return
			}
		case <-overdue:
			t.Fatalf("%s does not show %q", s.command, pattern)
		}
	}
}

// wantEnd waits until the command has ended, which it does by itself and with no more words.
func (s *shell) wantEnd(t *testing.T) {
	t.Helper()
	for {
		select {
		case line, more := <-s.lines:
			if !more {
				return
			}
			t.Errorf("%s also says %q", s.command, line)
		case <-time.After(10 * time.Second): // only a defect takes as long
			t.Fatalf("%s does not end", s.command)
		}
	}
}
