package screen

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/jog"
	"github.com/aether-arm/aetherd/safety"
)

// MovingArm is an Arm that keys move; a *client.Client is one.
type MovingArm interface {
	Arm
	Move(ctx context.Context, target safety.Point, opts ...client.Option) (*client.Motion, error)
	Grip(ctx context.Context, g safety.Gripper, opts ...client.Option) (*client.Motion, error)
	Take(ctx context.Context, opts ...client.Option) error
	Release(ctx context.Context, opts ...client.Option) error
}

// Jog moves the arm as long as keys are held. It never pings: only targets feed the deadman.
type Jog struct {
	face
	guard
	moving  MovingArm
	pendant *jog.Pendant
	claw    claw
}

type (
	moveDone    struct{ err error }
	controlDone struct {
		what string
		err  error
	}
)

const (
	// JogPeriod is Jog's tick.
	JogPeriod = jog.Period
	// JogRate is how many states a second Jog needs.
	JogRate = 50

	// A target that waited longer is not worth going to.
	targetTTL = 100 * time.Millisecond
)

// NewJog returns a screen that moves arm, at a speed (mm/s), by taps (mm; 0: as the speed
// has it) where the terminal does not report releases. Its commands end with ctx.
func NewJog(ctx context.Context, arm MovingArm, address string, speed, tap float64) *Jog {
	now := arm.Connection()
	return &Jog{
		face:    face{title: "jog", address: address, connection: now},
		guard:   guard{ctx: ctx, arm: arm},
		moving:  arm,
		pendant: jog.New(&now.Welcome, speed, tap),
	}
}

// Update takes a message.
func (j *Jog) Update(now time.Time, msg tea.Msg) tea.Cmd {
	j.pendant.Look(now)
	j.face.observe(msg)
	j.guard.observe(msg, &j.state)
	var cmd tea.Cmd
	switch m := msg.(type) {
	case tea.KeyPressMsg:
		cmd = j.press(now, m)
	case tea.KeyReleaseMsg:
		j.pendant.Release(now, identity(tea.Key(m)))
	case tea.KeyboardEnhancementsMsg:
		j.pendant.SetReleases(now, m.SupportsEventTypes())
	case tea.BlurMsg:
		j.pendant.LetGo(jog.Unfocused)
	case tea.ResumeMsg:
		j.pendant.SetReleases(now, false) // until this terminal says so
		cmd = tea.Raw(askKeyboard)
	case client.Event:
		j.event(now, m)
	case moveDone:
		if m.err != nil {
			j.note = "Not moved: " + brief(m.err)
		}
		j.pendant.Answered(now, m.err)
	case gripDone:
		j.note = j.claw.done(m)
	case controlDone:
		j.note = m.what
		if m.err != nil {
			j.note = "No: " + brief(m.err)
		}
	case resetDone:
		j.pendant.LetGo(jog.Nothing)
		cmd = j.guard.done(m)
	default:
		cmd = j.guard.done(m)
	}
	return tea.Batch(cmd, j.drive(now))
}

func (j *Jog) event(now time.Time, e client.Event) {
	switch e.Kind {
	case client.StateEvent:
		j.pendant.Observe(now, &e.State)
		j.claw.observe(&e.State)
	case client.ConnectionEvent:
		if c := e.Connection; c.Up {
			j.pendant.Connected(&c.Welcome)
		} else {
			j.pendant.Lost()
		}
	}
}

// askKeyboard has the terminal tell what it reports of keys, and that it lives.
const askKeyboard = "\x1b[?u"

// drive sends the target that is due, and asks the terminal for a sign of life.
func (j *Jog) drive(now time.Time) tea.Cmd {
	var probe, move tea.Cmd
	if target, ok := j.pendant.Next(now); ok {
		ctx, arm, speed := j.ctx, j.moving, j.pendant.Speed()
		j.note = ""
		move = func() tea.Msg {
			_, err := arm.Move(ctx, target, client.Speed(speed), client.Expires(now.Add(targetTTL)))
			return moveDone{err}
		}
	}
	if j.pendant.Probe(now) {
		probe = tea.Raw(askKeyboard)
	}
	return tea.Batch(move, probe)
}

func (j *Jog) press(now time.Time, m tea.KeyPressMsg) tea.Cmd {
	key := strings.ToLower(m.String())
	switch {
	case m.Code == tea.KeySpace:
		j.pendant.Other(now)
		j.pendant.LetGo(jog.Nothing)
		return j.stop(now, j.state.Stopped())
	case key == "ctrl+c":
		j.pendant.LetGo(jog.Nothing)
		return j.leave(interrupt)
	case modifier(m.Code), j.left:
		return nil
	}
	direction, moves := directions[key]
	if !moves {
		j.pendant.Other(now)
	}
	if !m.IsRepeat {
		if cmd, taken := j.answer(now, key); taken {
			j.pendant.LetGo(jog.Nothing)
			return cmd
		}
	}
	if moves {
		j.pendant.Press(now, identity(tea.Key(m)), direction, m.IsRepeat)
		return nil
	}
	if m.IsRepeat && key != "[" && key != "]" || j.pendant.Deaf(now) && key != "esc" {
		return nil
	}
	return j.command(now, key)
}

// command carries out a key that does not move the arm.
func (j *Jog) command(now time.Time, key string) tea.Cmd {
	switch key {
	case "esc":
		j.pendant.LetGo(jog.Nothing)
		return j.leave(tea.Quit)
	case "ctrl+z":
		j.pendant.LetGo(jog.Nothing)
		return j.suspend()
	case "r":
		j.pendant.LetGo(jog.Nothing)
		j.ask(now, &j.state)
	case "+", "=":
		j.pendant.SetSpeed(j.pendant.Speed() * 2)
	case "-", "_":
		j.pendant.SetSpeed(j.pendant.Speed() / 2)
	case "[", "o":
		return j.grip(wider)
	case "]", "c":
		return j.grip(narrower)
	case "t":
		return j.control("This station has control.", j.moving.Take)
	case "l":
		j.pendant.LetGo(jog.Nothing)
		return j.control("Control released.", j.moving.Release)
	}
	return nil
}

// grip moves the gripper by a step, once it is known where it is: a key that was typed before
// the screen was there would send it to its end.
func (j *Jog) grip(by int) tea.Cmd {
	if !j.known {
		return nil
	}
	return j.claw.grip(j.ctx, j.moving, j.connection.Welcome.Gripper, by)
}

func (j *Jog) control(what string, do func(context.Context, ...client.Option) error) tea.Cmd {
	ctx := j.ctx
	return func() tea.Msg { return controlDone{what, do(ctx)} }
}

// speedText is the speed and its bound.
func (j *Jog) speedText() string {
	return fmt.Sprintf("%g mm/s (at most %g)", j.pendant.Speed(), j.connection.Welcome.Speed)
}
