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
	leaving  tea.Cmd   // quits, when the stop that is under way has succeeded
	left     bool      // no key but a stop counts any more
	pressed  time.Time // when the operator asked for a stop last
	asks     uint64    // the stop whose reset waits for a yes; 0: none
	asked    time.Time // since when
	note     string    // what the operator was told last
}

// leastReading is the shortest in which a person reads a question. A yes that comes sooner was
// typed ahead: it is for what the screen showed before.
const leastReading = 250 * time.Millisecond

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
	g.asks, g.pressed, g.leaving = 0, now, nil
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

// leave quits, but behind a stop that is under way: its failure must be seen. To leave again
// does not wait.
func (g *guard) leave(quit tea.Cmd) tea.Cmd {
	if !g.stopping || g.leaving != nil {
		g.left = true
		return quit
	}
	g.leaving = quit
	return nil
}

// ask begins a reset.
func (g *guard) ask(now time.Time, s *client.State) {
	switch {
	case !g.arm.Connection().Up:
		g.note = "Not connected."
	case !s.Stopped():
		g.note = "There is no stop to reset."
	default:
		g.asks, g.asked = s.StopID, now
		g.note = ""
	}
}

// answer takes a key while a reset waits for a yes. It tells whether the key was one for it.
func (g *guard) answer(now time.Time, key string) (cmd tea.Cmd, taken bool) {
	if g.asks == 0 {
		return nil, false
	}
	id := g.asks
	g.asks = 0
	switch {
	case key != "y":
		g.note = "Not reset."
		return nil, true
	case now.Sub(g.asked) < leastReading:
		g.note = "Not reset: the y came before the question could be read."
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
	return fmt.Sprintf("Reset stop %d? Look at the arm first. y: yes, else: no. (%s)", g.asks, Causes(s))
}

// observe drops a question about a stop that is no longer the latest one. A daemon that was
// restarted counts its stops anew, so a number says nothing across connections.
func (g *guard) observe(msg tea.Msg, s *client.State) {
	e, _ := msg.(client.Event)
	switch {
	case g.asks == 0:
	case e.Kind == client.ConnectionEvent:
		g.asks, g.note = 0, "Not reset: the connection was lost."
	case g.asks != s.StopID:
		g.asks, g.note = 0, "Not reset: it is another stop now."
	}
}

// done takes what became of a stop or a reset.
func (g *guard) done(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case stopDone:
		leave := g.leaving
		g.stopping, g.leaving = false, nil
		if m.err != nil {
			g.note = "NOT STOPPED, use the emergency stop: " + brief(m.err)
			return nil
		}
		g.note, g.left = fmt.Sprintf("Stopped: stop %d, %s ms. r resets.", m.id, millis(m.took)), leave != nil
		return leave
	case resetDone:
		g.note = fmt.Sprintf("Reset stop %d. Nothing moves by that.", m.id)
		if m.err != nil {
			g.note = "Not reset: " + brief(m.err)
		}
	}
	return nil
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
