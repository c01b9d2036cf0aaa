package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/screen"
)

// explained is an error in the words of a person who can do something about it.
type explained struct {
	text  string
	err   error
	state *client.State // where the arm is stopped
}

func (e *explained) Error() string { return e.text }
func (e *explained) Unwrap() error { return e.err }

// explain adds what the daemon knows about err: who stopped the arm and how to go on, or the
// limits that were passed.
func explain(ctx context.Context, arm *client.Client, err error) error {
	var (
		unfinished *client.Unfinished
		refused    *client.Error
	)
	w := arm.Welcome()
	switch {
	case errors.As(err, &unfinished) && unfinished.End == client.Stopped:
		return stopped(ctx, arm, err, unfinished.Error())
	case errors.Is(err, client.ErrStopped):
		return stopped(ctx, arm, err, "refused: the arm is stopped")
	case errors.Is(err, client.ErrNotInControl) && errors.As(err, &refused):
		return &explained{"refused: " + refused.Holder + " has control. Wait until it releases control, or take it with a higher role", err, nil}
	case errors.Is(err, client.ErrHigherRoleNeeded) && errors.As(err, &refused):
		return &explained{"refused: " + refused.Holder + " has control, and no lower role. Ask it to release control", err, nil}
	case errors.Is(err, client.ErrOutOfWorkspace) && errors.As(err, &refused):
		return &explained{fmt.Sprintf("refused: %s is outside the workspace (%s)", refused.Field, workspaceText(&w)), err, nil}
	case errors.Is(err, client.ErrSpeedOutOfRange):
		return &explained{fmt.Sprintf("refused: the speed is above the limit of %g mm/s", w.Speed), err, nil}
	}
	return err
}

// stopped says what stopped the arm and how to go on, where a stop is latched.
func stopped(ctx context.Context, arm *client.Client, err error, what string) error {
	// Also where ctx has ended: the answer is for the person who ended it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	state, stateErr := arm.State(ctx)
	if stateErr != nil || !state.Stopped() {
		return err
	}
	return &explained{what + ". " + howToReset(&state), err, &state}
}

// howToReset says who or what stopped the arm and how to go on.
func howToReset(s *client.State) string {
	return fmt.Sprintf("Stop %d: %s. Look at the arm, then: aetherctl reset %d", s.StopID, screen.Causes(s), s.StopID)
}

func workspaceText(w *client.Welcome) string {
	return fmt.Sprintf("x %g…%g, y %g…%g, z %g…%g mm", w.Min.X, w.Max.X, w.Min.Y, w.Max.Y, w.Min.Z, w.Max.Z)
}

// unreachable tells an error on the way to the daemon from one of this program.
func unreachable(err error) bool {
	var network net.Error
	for _, way := range []error{
		client.ErrConnectionLost, client.ErrNotConnected, client.ErrProtocol,
		client.ErrWrongPort, client.ErrTooManyStations, client.ErrShuttingDown, context.DeadlineExceeded,
	} {
		if errors.Is(err, way) {
			return true
		}
	}
	return errors.As(err, &network)
}
