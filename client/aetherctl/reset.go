package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/screen"
)

func resetCommand(s *station) *cobra.Command {
	c := &cobra.Command{
		Use:   "reset [STOP]",
		Short: "End the stop of that number",
		Long: `End the stop of that number, which aetherctl status tells. Nothing moves.

Look at the arm and at what stopped it before. Without a number, reset shows the stop and
asks, where there is a terminal. It waits until the arm stands.`,
		Example: "  aetherctl reset 3",
		Args:    usage(cobra.MaximumNArgs(1)),
	}
	wait := c.Flags().Duration("wait", 5*time.Second, "how long to wait until the arm stands")
	c.RunE = func(c *cobra.Command, args []string) error {
		var id uint64
		if len(args) == 1 {
			var err error
			if id, err = strconv.ParseUint(args[0], 10, 64); err != nil || id == 0 {
				return usagef(c, "%q is no number of a stop", args[0])
			}
		}
		return s.with(c, func(ctx context.Context, arm *client.Client) error {
			if id == 0 {
				var err error
				if id, err = confirmed(ctx, c, arm); err != nil {
					return err
				}
			}
			if err := reset(ctx, arm, id, *wait); err != nil {
				return err
			}
			return s.print(c, fmt.Sprintf("Reset (stop %d). The arm may move again.", id), struct {
				ok
				StopID uint64 `json:"stop_id"`
			}{done, id})
		})
	}
	return c
}

// confirmed shows the stop and returns its number when a person at a terminal has agreed. A
// daemon that was restarted meanwhile counts its stops anew: another stop has that number.
func confirmed(ctx context.Context, c *cobra.Command, arm *client.Client) (uint64, error) {
	connection := arm.Connection().Number
	state, err := arm.State(ctx)
	if err != nil {
		return 0, err
	}
	if !state.Stopped() {
		return 0, &client.Error{Code: client.ErrNotStopped}
	}
	in, terminal := c.InOrStdin().(*os.File)
	if !terminal || !term.IsTerminal(int(in.Fd())) {
		return 0, usagef(c, "reset names the stop that it ends. %s", howToReset(&state))
	}
	fmt.Fprintf(c.ErrOrStderr(), "Stop %d: %s. Is the arm safe to go on? [y/N] ", state.StopID, screen.Causes(&state))
	answer, err := line(ctx, in)
	if err != nil {
		return 0, err
	}
	if !strings.EqualFold(answer, "y") && !strings.EqualFold(answer, "yes") {
		return 0, errors.New("not reset")
	}
	if now := arm.Connection(); !now.Up || now.Number != connection {
		return 0, fmt.Errorf("not reset, look again: %w meanwhile", client.ErrConnectionLost)
	}
	return state.StopID, nil
}

// line reads one line, or until ctx ends: then a reader is left behind, and the process ends.
func line(ctx context.Context, in *os.File) (string, error) {
	type input struct {
		text string
		err  error
	}
	read := make(chan input, 1)
	go func() {
		text, err := bufio.NewReader(in).ReadString('\n')
		read <- input{strings.TrimSpace(text), err}
	}()
	select {
	case i := <-read:
		return i.text, i.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// reset asks again while the arm does not stand yet.
func reset(ctx context.Context, arm *client.Client, id uint64, wait time.Duration) error {
	const again = 50 * time.Millisecond
	deadline := time.Now().Add(wait)
	for {
		err := arm.Reset(ctx, id)
		if !errors.Is(err, client.ErrStillMoving) || time.Now().Add(again).After(deadline) {
			return err
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
