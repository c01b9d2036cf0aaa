// Command aetherctl is a station of aetherd at a terminal: it shows the arm, moves it, stops
// it, and drives it by keys or by a tracked hand.
//
// Standard output carries results, for a person or, with --json, for a program; standard
// error carries what went wrong and what to do about it; the exit status is one of the table
// in exit.go.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	cobra.EnableCommandSorting = false // the order of commands is that of a day's work
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}
