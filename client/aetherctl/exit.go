package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
)

// The exit statuses, which scripts branch on.
const (
	exitDone         = 0
	exitFailed       = 1   // anything that has no status of its own
	exitUsage        = 2   // the command line, or an input file, is not understood
	exitRefused      = 3   // the daemon refused the request
	exitNoConnection = 4   // the daemon was not reached, the connection was lost, or that is not aetherd
	exitStopped      = 5   // the arm is stopped, or was stopped short
	exitNotInControl = 6   // another station has control
	exitCutShort     = 7   // the motion ended otherwise before its target
	exitInterrupted  = 130 // Ctrl-C or SIGTERM
)

// usageError is a command line that is not understood.
type usageError struct {
	command *cobra.Command
	err     error
}

func (e usageError) Error() string {
	return fmt.Sprintf("%v (see %s --help)", e.err, e.command.CommandPath())
}
func (e usageError) Unwrap() error { return e.err }

// usagef returns a usageError.
func usagef(c *cobra.Command, format string, args ...any) error {
	return usageError{c, fmt.Errorf(format, args...)}
}

// status returns the exit status that tells err.
func status(err error) int {
	var (
		usage      usageError
		unfinished *client.Unfinished
		refused    *client.Error
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &usage), errors.Is(err, client.ErrNotSent) && errors.As(err, &refused):
		return exitUsage
	case errors.As(err, &unfinished) && unfinished.End == client.Stopped && !decelerated(unfinished.Cause):
		return exitStopped
	case errors.As(err, &unfinished):
		return exitCutShort
	case errors.Is(err, client.ErrStopped):
		return exitStopped
	case errors.Is(err, client.ErrNotInControl), errors.Is(err, client.ErrHigherRoleNeeded):
		return exitNotInControl
	case unreachable(err):
		return exitNoConnection
	case errors.As(err, &refused):
		return exitRefused
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	return exitFailed
}

// decelerated tells the causes that end in the state held from those that latch a stop.
func decelerated(cause string) bool {
	switch cause {
	case "deadman", "stalled", "holder_gone", "released", "taken":
		return true
	}
	return false
}

// report tells err, if there is one, and returns the exit status.
func (s *station) report(ctx context.Context, err error, out, errs io.Writer) int {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) && !errors.As(err, new(*client.Unfinished)) {
		err = fmt.Errorf("interrupted: %w", context.Canceled)
	}
	code := status(err)
	if err == nil {
		return code
	}
	fmt.Fprintln(errs, "aetherctl:", strings.ReplaceAll(err.Error(), "\n", "\naetherctl: "))
	if s.json {
		_ = json.NewEncoder(out).Encode(failure{Error: describe(err, code)})
	}
	return code
}
