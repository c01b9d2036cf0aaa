package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
)

func stopCommand(s *station) *cobra.Command {
	return &cobra.Command{
		Use:   "stop",
		Short: "Stop the arm, whoever moves it",
		Long: `Stop the arm, whoever moves it. It needs no control and no role.

The stop goes to the stop port; where that fails or is silent for 100 ms, also to the
command port. It latches: aetherctl reset ends it. It is a protective stop, not an
emergency stop: where it reports a failure, use the emergency stop.`,
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			begun := time.Now()
			// Neither Ctrl-C nor SIGTERM keeps it from the arm; --timeout bounds it.
			id, err := client.Stop(context.WithoutCancel(c.Context()), s.Config)
			if err != nil {
				return err
			}
			took := time.Since(begun)
			return s.print(c, fmt.Sprintf("Stopped (stop %d, %.1f ms). To go on: aetherctl reset %d", id, milliseconds(took), id), struct {
				ok
				StopID uint64  `json:"stop_id"`
				TookMS float64 `json:"took_ms"`
			}{done, id, milliseconds(took)})
		},
	}
}
