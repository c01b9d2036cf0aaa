package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/screen"
)

func takeCommand(s *station) *cobra.Command {
	return &cobra.Command{
		Use:   "take",
		Short: "Take control and keep it until Ctrl-C: nobody else moves the arm",
		Long: `Take control and keep it until Ctrl-C, so that nobody else moves the arm.

It takes control where nobody has it or a station of a lower role does. Control goes with
the connection, so take stays. It ends, with an exit status of its own, when control is
lost: to a higher role, or with the connection.`,
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return s.with(c, func(ctx context.Context, arm *client.Client) error {
				return s.hold(ctx, c, arm)
			})
		},
	}
}

// hold takes control, and keeps it alive until ctx ends, which is its good end.
func (s *station) hold(ctx context.Context, c *cobra.Command, arm *client.Client) error {
	if err := arm.Take(ctx); err != nil {
		return err
	}
	if err := s.print(c, "This station has control. Ctrl-C releases it.", controlJSON{done, "taken"}); err != nil {
		return err
	}
	beat, end := context.WithCancelCause(ctx)
	defer end(nil)
	go func() { end(s.watchControl(beat, arm)) }()
	err := arm.Heartbeat(beat, min(arm.Welcome().Lease, arm.Welcome().Deadman)/3)
	if ctx.Err() == nil {
		if cause := context.Cause(beat); cause != nil {
			return cause
		}
		return err
	}
	release, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.ConnectTimeout)
	defer cancel()
	if err := arm.Release(release); err != nil {
		return err
	}
	return s.print(c, "Released.", controlJSON{done, "released"})
}

// watchControl returns when this station has control no longer.
func (s *station) watchControl(ctx context.Context, arm *client.Client) error {
	for e, err := range arm.Subscribe(ctx, 5) {
		switch {
		case err != nil:
			return err
		case e.Kind != client.StateEvent, e.State.Holds:
		case e.State.Stopped():
			return fmt.Errorf("control was lost: %w", client.ErrStopped)
		default:
			return fmt.Errorf("control was lost, now it has %s: %w", screen.HolderText(&e.State), client.ErrNotInControl)
		}
	}
	return ctx.Err()
}

// controlJSON is one step of take or release.
type controlJSON struct {
	ok
	Control string `json:"control"`
}

func releaseCommand(s *station) *cobra.Command {
	return &cobra.Command{
		Use:   "release",
		Short: "Free control: take it from a station of a lower role, and give it up",
		Long: `Free control, which ends an arm's motion: for a station that went away and kept it.

A station releases its own control when it hangs up. This takes control, which needs a
higher role than its holder has, and gives it up. A supervisor's name is set by --name and
the daemon's configuration.`,
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return s.with(c, func(ctx context.Context, arm *client.Client) error {
				state, err := arm.State(ctx)
				if err != nil {
					return err
				}
				if state.Holder == "" {
					return s.print(c, "Nobody has control.", controlJSON{done, "free"})
				}
				if err := arm.Take(ctx); err != nil {
					return err
				}
				if err := arm.Release(ctx); err != nil {
					return err
				}
				return s.print(c, "Released: "+state.Holder+" had control.", controlJSON{done, "released"})
			})
		},
	}
}

func relaxCommand(s *station) *cobra.Command {
	c := &cobra.Command{
		Use:   "relax",
		Short: "Switch the motors off: the arm falls, or can be moved by hand",
		Long: `Switch the motors off: the arm FALLS, or can be moved by hand. Hold it.

It is a stop: aetherctl reset switches the motors on again, where the arm then is.`,
		Args: usage(cobra.NoArgs),
	}
	sure := c.Flags().Bool("yes", false, "the arm is held, and may fall")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if !*sure {
			return usageError{c, errors.New("the arm falls when its motors are switched off: hold it, and say --yes")}
		}
		return s.with(c, func(ctx context.Context, arm *client.Client) error {
			id, err := arm.Relax(ctx)
			if err != nil {
				return err
			}
			return s.print(c, fmt.Sprintf("Relaxed (stop %d). To switch the motors on again: aetherctl reset %d", id, id), struct {
				ok
				StopID uint64 `json:"stop_id"`
			}{done, id})
		})
	}
	return c
}
