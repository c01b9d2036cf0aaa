//go:build linux

package screen

import (
	"bytes"
	"context"
	"io"
	"iter"
	"os"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/client"
)

// bomb is a screen that panics when a key is pressed.
type bomb struct {
	where   string
	pressed bool
}

func (b *bomb) Update(_ time.Time, msg tea.Msg) tea.Cmd {
	if _, is := msg.(tea.KeyPressMsg); !is {
		return nil
	}
	b.pressed = true
	switch b.where {
	case "update":
		panic("boom")
	case "command":
		return func() tea.Msg { panic("boom") }
	case "batch":
		return tea.Batch(func() tea.Msg { return nil }, func() tea.Msg { panic("boom") })
	}
	return nil
}

func (b *bomb) View() tea.View {
	if b.pressed && b.where == "view" {
		panic("boom")
	}
	return tea.NewView("tick tick")
}

// quiet is an arm without news.
type quiet struct{}

func (quiet) Subscribe(ctx context.Context, _ float64) iter.Seq2[client.Event, error] {
	return func(func(client.Event, error) bool) { <-ctx.Done() }
}

// A panic ends the program and not the terminal.
func TestPanicLeavesTheTerminalAsItWas(t *testing.T) {
	for _, where := range []string{"update", "view", "command", "batch"} {
		t.Run(where, func(t *testing.T) {
			p := openPty(t, "tick", "x")
			before := p.termios(t)
			err := Terminal{In: p.tty, Out: p.tty, Period: 10 * time.Millisecond, Rate: 1}.Run(t.Context(), &bomb{where: where}, quiet{})
			if err == nil || !strings.Contains(err.Error(), "boom") || !strings.Contains(err.Error(), "bomb") {
				t.Errorf("the error is %v", err)
			}
			if diff := cmp.Diff(before, p.termios(t)); diff != "" {
				t.Errorf("termios (-before +after):\n%s", diff)
			}
			out := p.close()
			for _, mode := range []string{"?1049", "?2004"} {
				on, off := strings.LastIndex(out, "\x1b["+mode+"h"), strings.LastIndex(out, "\x1b["+mode+"l")
				if on < 0 || off < on {
					t.Errorf("the mode %s is left on", mode)
				}
			}
		})
	}
}

// terminalPair is a terminal whose person answers once.
type terminalPair struct {
	master, tty *os.File
	shown       bytes.Buffer
	read        chan struct{}
}

// openPty makes a terminal at which a person types answer when cue is shown.
func openPty(t *testing.T, cue, answer string) *terminalPair {
	p := &terminalPair{read: make(chan struct{})}
	var err error
	if p.master, p.tty, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.read)
		b := make([]byte, 4096)
		for {
			n, err := p.master.Read(b)
			p.shown.Write(b[:n])
			if answer != "" && strings.Contains(p.shown.String(), cue) {
				_, _ = io.WriteString(p.master, answer)
				answer = ""
			}
			if err != nil {
				return
			}
		}
	}()
	return p
}

func (p *terminalPair) termios(t *testing.T) *unix.Termios {
	t.Helper()
	termios, err := unix.IoctlGetTermios(int(p.tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return termios
}

// close returns all that was shown.
func (p *terminalPair) close() string {
	_ = p.tty.Close()
	<-p.read
	_ = p.master.Close()
	return p.shown.String()
}
