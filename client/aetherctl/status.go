package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/screen"
)

func statusCommand(s *station) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the arm, who has control, and what stopped it",
		Args:  usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return s.with(c, func(ctx context.Context, arm *client.Client) error {
				roundTrip, err := arm.Ping(ctx)
				if err != nil {
					return err
				}
				state, err := arm.State(ctx)
				if err != nil {
					return err
				}
				w := arm.Welcome()
				return s.print(c, statusText(s, &w, &state, roundTrip), struct {
					ok
					Address     string  `json:"address"`
					Server      string  `json:"server"`
					Arm         string  `json:"arm"`
					ConfigHash  string  `json:"config_hash"`
					RoundTripMS float64 `json:"round_trip_ms"`
					*stateJSON
				}{done, s.Address, w.Server, w.Arm, w.ConfigHash, milliseconds(roundTrip), newStateJSON(&state)})
			})
		},
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// statusText is a screenful for a person.
func statusText(s *station, w *client.Welcome, state *client.State, roundTrip time.Duration) string {
	var b strings.Builder
	row := func(name, format string, values ...any) {
		fmt.Fprintf(&b, "%-10s %s\n", name, fmt.Sprintf(format, values...))
	}
	row("daemon", "%s at %s, %.1f ms", w.Server, s.Address, milliseconds(roundTrip))
	row("arm", "%q, driver %s, link %s", w.Arm, w.Driver, linkWord(state.LinkUp))
	if state.Stopped() {
		row("state", "STOPPED. %s", howToReset(state))
	} else {
		row("state", "%s", state.State)
	}
	row("control", "%s", screen.HolderText(state))
	row("position", "%s mm", pointText(state.Position, state.HasPosition))
	if state.HasTarget {
		row("target", "%s mm", pointText(state.Target, true))
	}
	row("gripper", "%s", screen.GripperText(w.Gripper, state.Gripper))
	row("workspace", "%s, up to %g mm/s", workspaceText(w), w.Speed)
	row("config", "%s", w.ConfigHash)
	return strings.TrimSuffix(b.String(), "\n")
}
