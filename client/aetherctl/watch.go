package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/screen"
)

func watchCommand(s *station) *cobra.Command {
	c := &cobra.Command{
		Use:   "watch",
		Short: "Show the arm live; stop and reset it by a key",
		Long: `Show the arm live: its state, position and target, who has control, and how long the
daemon takes to answer. It never asks for control. Where the daemon goes away, it waits and
goes on when that is back.

Keys: s or space stops the arm, r resets the stop that is shown (after a y), q quits.

Where standard output is no terminal (or TERM is dumb), it prints one line a change; with
--json, one state a line.`,
		Example: `  aetherctl watch
  aetherctl watch --json | jq --unbuffered .position`,
		Args: usage(cobra.NoArgs),
	}
	rate := c.Flags().Float64("rate", 10, "how many states a second, `Hz`, from 0.01 to 50")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if !(*rate >= 0.01 && *rate <= 50) {
			return usagef(c, "--rate %v: it must be from 0.01 to 50", *rate)
		}
		t, ok := terminal(c)
		return s.withHangup(c, s.Config, func(ctx context.Context, arm *client.Client) error {
			if !ok || s.json {
				return s.printChanges(ctx, c.OutOrStdout(), arm, *rate)
			}
			t.Period, t.Rate = screen.WatchPeriod, *rate
			return t.Run(ctx, screen.NewWatch(ctx, arm, s.Address), arm)
		})
	}
	return c
}

// terminal returns where a screen can be shown: at a terminal that can place its cursor.
func terminal(c *cobra.Command) (t screen.Terminal, ok bool) {
	in, isIn := c.InOrStdin().(*os.File)
	out, isOut := c.OutOrStdout().(*os.File)
	if !isIn || !isOut || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return screen.Terminal{}, false
	}
	return screen.Terminal{In: in, Out: out}, os.Getenv("TERM") != "dumb"
}

// withHangup is with for a program that stays at a terminal: the end of that ends it too.
func (s *station) withHangup(c *cobra.Command, cfg client.Config, work func(ctx context.Context, arm *client.Client) error) error {
	ctx := c.Context()
	if !signal.Ignored(syscall.SIGHUP) { // nohup
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, syscall.SIGHUP)
		defer stop()
	}
	arm, err := client.Dial(ctx, cfg)
	if err != nil {
		return err
	}
	err = work(ctx, arm)
	if closeErr := arm.Close(); err == nil {
		err = closeErr
	}
	if errors.Is(err, screen.ErrStuck) {
		os.Exit(exitInterrupted) // telling it would wait for the terminal
	}
	return err
}

// changeJSON is one line of watch.
type changeJSON struct {
	Time       time.Time `json:"time"`
	Connection string    `json:"connection"` // "up" or "down"
	Attempts   int       `json:"attempts,omitempty"`
	Error      string    `json:"error,omitempty"`
	Changed    bool      `json:"config_changed,omitempty"` // the safety configuration, since the start
	*stateJSON           // while it is up
}

// printChanges prints a line whenever something has changed; as JSON, every state.
func (s *station) printChanges(ctx context.Context, out io.Writer, arm *client.Client, rate float64) error {
	last := ""
	tell := func(text string, object changeJSON) error {
		object.Time = time.Now()
		if s.json {
			return json.NewEncoder(out).Encode(object)
		}
		if text == last {
			return nil
		}
		last = text
		_, err := fmt.Fprintln(out, object.Time.Format("15:04:05.000"), text)
		return err
	}
	for e, err := range arm.Subscribe(ctx, rate) {
		if err != nil {
			return err
		}
		switch e.Kind {
		case client.StateEvent:
			now := arm.Connection()
			err = tell(changeText(&now, &e.State), changeJSON{Connection: "up", Changed: now.ConfigChanged, stateJSON: newStateJSON(&e.State)})
		case client.ConnectionEvent:
			if now := &e.Connection; !now.Up {
				why := strings.ReplaceAll(fmt.Sprint(now.Err), "\n", "; ")
				err = tell("reconnecting: "+why, changeJSON{Connection: "down", Attempts: now.Attempts, Error: why})
			}
		}
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// changeText is a state in one line.
func changeText(c *client.Connection, s *client.State) string {
	state := s.State
	if s.Stopped() {
		state = fmt.Sprintf("STOPPED (stop %d: %s)", s.StopID, screen.Causes(s))
	}
	text := fmt.Sprintf("%s, control %s, position %s", state, screen.HolderText(s), pointText(s.Position, s.HasPosition))
	if s.HasTarget {
		text += ", target " + pointText(s.Target, true)
	}
	text += ", gripper " + screen.GripperText(c.Welcome.Gripper, s.Gripper)
	if !s.LinkUp {
		text += ", link down"
	}
	if c.ConfigChanged {
		text += ", configuration changed"
	}
	return text
}
