package main

import (
	"context"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/codec"
)

// station is this process as the daemon sees it, and how it answers whoever started it.
type station struct {
	client.Config
	json bool
}

// flags adds those that every command takes. The environment has their defaults, so that a
// shell names its daemon once.
func (s *station) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVarP(&s.Address, "address", "a", env("AETHERD_ADDRESS", "127.0.0.1:5000"), "the daemon's command port, `host[:port]` ($AETHERD_ADDRESS)")
	f.StringVar(&s.StopAddress, "stop-address", env("AETHERD_STOP_ADDRESS", ""), "the daemon's stop port, `host:port` ($AETHERD_STOP_ADDRESS, for the daemon of $AETHERD_ADDRESS; default the port after the command port)")
	// A stop port of the environment belongs to the daemon of the environment: that of another
	// one would stop the wrong arm.
	root.PersistentPreRun = func(c *cobra.Command, _ []string) {
		if !c.Flags().Changed("stop-address") && s.Address != c.Flag("address").DefValue {
			s.StopAddress = ""
		}
	}
	f.StringVarP(&s.Name, "name", "n", env("AETHERD_NAME", defaultName()), "what other stations are told, and what gives this one its role ($AETHERD_NAME)")
	f.DurationVar(&s.ConnectTimeout, "timeout", 3*time.Second, "how long to try to connect")
	f.BoolVar(&s.json, "json", false, "print results as JSON, one object a line")
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// defaultName tells others who it is that has control.
func defaultName() string {
	name := "aetherctl"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	if len(name) > codec.MaxName {
		name = strings.ToValidUTF8(name[:codec.MaxName], "")
	}
	return name
}

// with connects, does work, and hangs up.
func (s *station) with(c *cobra.Command, work func(ctx context.Context, arm *client.Client) error) error {
	arm, err := client.Dial(c.Context(), s.Config)
	if err != nil {
		return err
	}
	defer arm.Close()
	if err := work(c.Context(), arm); err != nil {
		return explain(c.Context(), arm, err)
	}
	return nil
}
