// Command aetherd is the daemon beside a robot arm. Stations connect over TCP, every
// request passes one safety gate, and the gate alone moves the arm.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "aetherd:", err)
		os.Exit(1)
	}
}
