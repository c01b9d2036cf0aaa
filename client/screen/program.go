package screen

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	tea "charm.land/bubbletea/v2"
)

// ErrInterrupted: the operator pressed Ctrl-C.
var ErrInterrupted = fmt.Errorf("interrupted: %w", context.Canceled)

// ended has the program end with an error.
type ended struct{ err error }

// interrupt is the command of Ctrl-C.
func interrupt() tea.Msg { return ended{ErrInterrupted} }

// program is a screen with a clock. A panic of the screen ends it like any other error, so
// that the terminal is left the one way that is tested most.
type program struct {
	screen Screen
	err    error
}

func (p *program) Init() tea.Cmd { return nil }

func (p *program) Update(msg tea.Msg) (m tea.Model, cmd tea.Cmd) {
	defer func() {
		if v := recover(); v != nil {
			p.err = panicked(v)
			m, cmd = p, tea.Quit
		}
	}()
	switch e, is := msg.(ended); {
	case p.err != nil: // ends
		return p, tea.Quit
	case is:
		p.err = e.err
		return p, tea.Quit
	}
	return p, contained(p.screen.Update(time.Now(), msg))
}

func (p *program) View() (v tea.View) {
	defer func() {
		v.AltScreen = true
		if r := recover(); r != nil && p.err == nil {
			p.err = panicked(r)
		}
	}()
	return p.screen.View()
}

// contained is cmd with its panics made into messages.
func contained(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer func() {
			if v := recover(); v != nil {
				msg = ended{panicked(v)}
			}
		}()
		msg = cmd()
		if batch, is := msg.(tea.BatchMsg); is {
			for i := range batch {
				batch[i] = contained(batch[i])
			}
		}
		return msg
	}
}

func panicked(v any) error { return fmt.Errorf("panic: %v\n%s", v, debug.Stack()) }
