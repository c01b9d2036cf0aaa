package screen

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// Watch shows the arm. It never asks for control.
type Watch struct {
	face
	guard
	latency
	pinging bool
	pinged  time.Time // when the last one was sent
	help    bool
}

type pingDone struct {
	roundTrip time.Duration
	err       error
}

// WatchPeriod is Watch's tick.
const WatchPeriod = 100 * time.Millisecond

const pingEvery = 500 * time.Millisecond

// NewWatch returns a screen for arm, whose address is shown. Its commands end with ctx.
func NewWatch(ctx context.Context, arm Arm, address string) *Watch {
	return &Watch{
		face:  face{title: "watch", address: address, connection: arm.Connection()},
		guard: guard{ctx: ctx, arm: arm},
	}
}

// Update takes a message.
func (w *Watch) Update(now time.Time, msg tea.Msg) tea.Cmd {
	w.face.observe(msg)
	w.guard.observe(msg, &w.state)
	switch m := msg.(type) {
	case tea.KeyPressMsg:
		return w.press(now, m)
	case Tick:
		return w.ping(now)
	case pingDone:
		w.pinging = false
		if m.err != nil {
			m.roundTrip = missed
		}
		w.latency.add(m.roundTrip)
	default:
		return w.guard.done(msg)
	}
	return nil
}

func (w *Watch) press(now time.Time, m tea.KeyPressMsg) tea.Cmd {
	key := strings.ToLower(m.String())
	switch {
	case key == "ctrl+c":
		return w.leave(interrupt)
	case key == "s", m.Code == tea.KeySpace:
		return w.stop(now, w.state.Stopped())
	case w.left:
		return nil
	}
	if cmd, taken := w.answer(now, key); taken {
		return cmd
	}
	switch key {
	case "ctrl+z":
		return w.suspend()
	case "q":
		return w.leave(tea.Quit)
	case "r":
		w.ask(now, &w.state)
	case "?":
		w.help = !w.help
	}
	return nil
}

func (w *Watch) ping(now time.Time) tea.Cmd {
	if w.pinging || now.Sub(w.pinged) < pingEvery {
		return nil
	}
	w.pinging, w.pinged = true, now
	ctx, arm := w.ctx, w.arm
	return func() tea.Msg {
		d, err := arm.Ping(ctx)
		return pingDone{d, err}
	}
}

// View shows the arm as it was told last.
func (w *Watch) View() tea.View {
	body := append([]string{w.header()}, w.trouble()...)
	if w.help {
		return tea.NewView(fit(w.width, w.height, append(body, watchHelp...), w.foot()))
	}
	body = append(body, w.status()...)
	if w.known {
		body = append(body, w.placing()...)
		body = append(body, w.gripper(), row("link", "%s", w.link()))
	}
	body = append(body, row("latency", "%s", w.latency.String()))
	return w.compose(body, w.foot())
}

func (w *Watch) link() string {
	if w.state.LinkUp {
		return "up"
	}
	return caution.Render("DOWN: the daemon does not reach the arm")
}

func (w *Watch) foot() []string {
	note := w.question(&w.state)
	if note == "" {
		note = w.note
	}
	keys := []string{"s or space: stop", "r: reset", "?: help", "q: quit"}
	return append(w.notice(note), faint.Render(flow(w.width, keys)[0]))
}

var watchHelp = []string{
	"",
	"s, space  stop the arm. It is a protective stop, not an emergency stop.",
	"r         reset the stop that is shown, after a y. Nothing moves by that.",
	"q, Ctrl-C quit. That changes nothing at the arm.",
	"?         back",
	"",
	"O  the arm, as measured      +  its target      ·  its base",
	"latency: a ping to the daemon and back, twice a second; × did not come back.",
	"The gap from target to position is what the arm has still to go, and its error.",
}
