package screen

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/jog"
)

// guard stops the arm at once, and resets a stop after a yes.
type guard struct {
	ctx context.Context // of commands
	arm Arm

	stopping bool
	pressed  time.Time // when the operator asked for a stop last
	asks     uint64    // the stop whose reset waits for a yes; 0: none
	note     string    // what the operator was told last
}

type (
	stopDone struct {
		id   uint64
		took time.Duration
		err  error
	}
	resetDone struct {
		id  uint64
		err error
	}
)

// stop asks for a stop in whatever state the arm and the connection are. While one is under
// way another would only come behind it, and a key that repeats needs no more than one.
func (g *guard) stop(now time.Time, isStopped bool) tea.Cmd {
	again := now.Sub(g.pressed) < jog.Window && isStopped
	g.asks, g.pressed = 0, now
	if g.stopping || again {
		return nil
	}
	g.stopping, g.note = true, "Stopping …"
	ctx, arm := g.ctx, g.arm
	return func() tea.Msg {
		begun := time.Now()
		id, err := arm.Stop(ctx)
		return stopDone{id, time.Since(begun), err}
	}
}

// ask begins a reset.
func (g *guard) ask(s *client.State) {
	switch {
	case !g.arm.Connection().Up:
		g.note = "Not connected."
	case !s.Stopped():
		g.note = "There is no stop to reset."
	default:
		g.asks = s.StopID
		g.note = ""
	}
}

// answer takes a key while a reset waits for a yes. It tells whether the key was one for it.
func (g *guard) answer(key string) (cmd tea.Cmd, taken bool) {
	if g.asks == 0 {
		return nil, false
	}
	id := g.asks
	g.asks = 0
	if key != "y" {
		g.note = "Not reset."
		return nil, true
	}
	g.note = "Resetting …"
	ctx, arm := g.ctx, g.arm
	return func() tea.Msg { return resetDone{id, arm.Reset(ctx, id)} }, true
}

// question is what waits for a yes, or "".
func (g *guard) question(s *client.State) string {
	if g.asks == 0 {
		return ""
	}
	return fmt.Sprintf("Reset stop %d? Look at the arm first. y: yes, else: no. (%s)", g.asks, causes(s))
}

// observe drops a question about a stop that is no longer the latest one.
func (g *guard) observe(s *client.State) {
	if g.asks != 0 && g.asks != s.StopID {
		g.asks, g.note = 0, "Not reset: it is another stop now."
	}
}

// done takes what became of a stop or a reset.
func (g *guard) done(msg tea.Msg) {
	switch m := msg.(type) {
	case stopDone:
		g.stopping = false
		g.note = fmt.Sprintf("Stopped: stop %d, %s ms. r resets.", m.id, millis(m.took))
		if m.err != nil {
			g.note = "NOT STOPPED, use the emergency stop: " + brief(m.err)
		}
	case resetDone:
		g.note = fmt.Sprintf("Reset stop %d. Nothing moves by that.", m.id)
		if m.err != nil {
			g.note = "Not reset: " + brief(m.err)
		}
	}
}

// suspend gives the terminal back to the shell, where there is one.
func (g *guard) suspend() tea.Cmd {
	if !canSuspend() {
		g.note = "There is no shell to go back to."
		return nil
	}
	return tea.Suspend
}

// brief is an error in one line; a refusal without the words around it.
func brief(err error) string {
	var refused *client.Error
	if errors.As(err, &refused) {
		err = refused
	}
	return clean(strings.ReplaceAll(err.Error(), "\n", "; "))
}
