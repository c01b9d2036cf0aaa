package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/daemon"
	"github.com/aether-arm/aetherd/daemon/config"
)

// version is set by the linker where the build knows it.
var version = ""

func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "aetherd",
		Short:         "The daemon beside a robot arm: one safety gate between the operators and the serial port",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(runCommand(), checkCommand(), armCommand(), versionCommand())
	return root
}

func configFlag(c *cobra.Command) *string {
	return c.Flags().StringP("config", "c", "", "configuration `file` (default: the built-in simulator on loopback)")
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: func(c *cobra.Command, _ []string) {
			fmt.Fprintf(c.OutOrStdout(), "aetherd %s %s %s/%s\n", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

func runCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the daemon until SIGTERM or Ctrl-C",
		Args:  cobra.NoArgs,
	}
	path := configFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		reserve, err := arm.ReserveDescriptors() // first, while the low descriptors are free
		if err != nil {
			return err
		}
		cfg, err := config.Load(*path)
		if err != nil {
			return err
		}
		o := daemon.Options{Version: versionText(), Log: os.Stderr, Reserve: reserve}
		if os.Getenv("JOURNAL_STREAM") == "" { // a person started it
			o.Ready = func(a daemon.Addresses) { printHints(c.OutOrStdout(), a, cfg) }
		}
		return daemon.Run(c.Context(), cfg, o)
	}
	return c
}
