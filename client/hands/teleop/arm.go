package teleop

import (
	"context"
	"errors"
	"fmt"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/safety"
)

// armOf returns what the clutch has to know of a state.
func (s *session) armOf(state *client.State) hands.Arm {
	shared := s.welcome.Control == "shared"
	a := hands.Arm{
		Position: state.Position,
		Ours:     (state.Holds || shared) && !s.cfg.DryRun, // a dry run never has control to lose
		Held:     state.State == safety.Held.String(),
	}
	switch {
	case state.Stopped():
		a.Blocked = s.cfg.Stopped(state)
	case !state.LinkUp:
		a.Blocked = "the daemon does not reach the arm"
	case !state.HasPosition:
		a.Blocked = "the arm does not say where it is"
	case state.Role == safety.Observer.String():
		a.Blocked = "this station may only watch: its role is observer"
	case !shared && !state.Holds && state.Holder != "":
		a.Blocked = state.Holder + " has control"
	}
	return a
}

// blocked is why the arm cannot be moved as an error, in the daemon's words where it has some.
func blocked(state *client.State, why string) error {
	switch {
	case state.Stopped():
		return &client.Error{Code: client.ErrStopped, StopID: state.StopID}
	case state.Holder != "" && !state.Holds:
		return &client.Error{Code: client.ErrNotInControl, Holder: state.Holder}
	}
	return errors.New(why)
}

// workspace is the box that every target has to be in.
func workspace(w *client.Welcome) hands.Box { return hands.Box{Min: w.Min, Max: w.Max} }

// ErrOutside is a box that is not inside the workspace.
var ErrOutside = errors.New("the box is not inside the workspace")

// Place returns the box of the workspace that the hand's box is placed on: box, or, where
// that is nil, one about the arm. For that it waits until the arm says where it is; waiting is
// called where it does not say so at once.
func Place(ctx context.Context, arm *client.Client, axes hands.Axes, box *hands.Box, waiting func()) (hands.Map, error) {
	m := hands.Map{Axes: axes}
	if box != nil {
		m.Box = *box
		w := arm.Welcome()
		if err := box.Inside(workspace(&w)); err != nil {
			return m, fmt.Errorf("%w: %w", ErrOutside, err)
		}
		return m, nil
	}
	for e, err := range arm.Subscribe(ctx, 10) {
		switch {
		case err != nil:
			return m, err
		case e.Kind == client.StateEvent && e.State.HasPosition:
			w := arm.Welcome()
			m.Box = axes.Around(e.State.Position, workspace(&w))
			return m, nil
		}
		if waiting != nil {
			waiting()
			waiting = nil
		}
	}
	return m, ctx.Err()
}

// Approach moves the arm, at speed (mm/s), to where m places the hand of f, and returns when it
// is there.
func Approach(ctx context.Context, arm *client.Client, m *hands.Map, f hands.Frame, speed float64) error {
	state, err := arm.State(ctx)
	if err != nil {
		return err
	}
	_, err = arm.MoveAndWait(ctx, m.Place(&f, state.Position), client.Speed(speed))
	return err
}
