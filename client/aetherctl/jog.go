package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/jog"
	"github.com/aether-arm/aetherd/client/screen"
)

func jogCommand(s *station) *cobra.Command {
	c := &cobra.Command{
		Use:   "jog",
		Short: "Move the arm by keys that are held; letting go stops it",
		Long: `Move the arm by keys that are held; letting go stops it. The keys are on the screen.

Where the terminal reports releases (kitty, foot, WezTerm, Ghostty, Alacritty …), the arm
moves exactly as long as a key is held, also by two at once. Elsewhere a press moves a small
step, and a key that is held moves the arm as long as it repeats.

The daemon decelerates the arm within 250 ms when this program hangs, is suspended or loses
the connection. Space stops the arm always; that is a protective stop, not an emergency stop.`,
		Example: `  aetherctl jog
  aetherctl jog --speed 10 --step 0.5`,
		Args: usage(cobra.NoArgs),
	}
	speed := c.Flags().Float64("speed", jog.DefaultSpeed, "how fast, `mm/s`, at most what the daemon allows")
	step := c.Flags().Float64("step", 0, "how far a press moves where the terminal reports no releases, `mm`, at most what the speed covers in 150 ms (default what it covers in 100 ms)")
	c.RunE = func(c *cobra.Command, _ []string) error {
		switch {
		case !(*speed > 0):
			return usagef(c, "--speed %v: it must be above 0", *speed)
		case c.Flags().Changed("step") && !(*step > 0):
			return usagef(c, "--step %v: it must be above 0", *step)
		case s.json:
			return usagef(c, "jog has no output that --json could change")
		}
		t, ok := terminal(c)
		if !ok {
			return usagef(c, "jog needs a terminal for its keys and its screen; in a script, use aetherctl move")
		}
		cfg := s.Config
		cfg.Deadman = screen.Deadman
		return s.withHangup(c, cfg, func(ctx context.Context, arm *client.Client) error {
			t.Period, t.Rate = screen.JogPeriod, screen.JogRate
			return t.Run(ctx, screen.NewJog(ctx, arm, s.Address, *speed, *step), arm)
		})
	}
	return c
}
