package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"syscall"

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

// hangups returns what SIGHUP means: that the configuration is to be read again, or, where a
// person started aetherd at a terminal, which is one of streams, that the terminal has gone
// and ctx ends. nohup keeps its word.
func hangups(ctx context.Context, streams ...any) (_ context.Context, reload <-chan os.Signal, done func()) {
	if signal.Ignored(syscall.SIGHUP) {
		return ctx, nil, func() {}
	}
	if slices.ContainsFunc(streams, func(s any) bool { _, is := terminal(s); return is }) {
		ctx, done = signal.NotifyContext(ctx, syscall.SIGHUP)
		return ctx, nil, done
	}
	hup := make(chan os.Signal, 1) // one more while the file is read is enough
	signal.Notify(hup, syscall.SIGHUP)
	return ctx, hup, func() { signal.Stop(hup) }
}

func runCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "run",
		Short: "Run the daemon until SIGTERM or Ctrl-C; SIGHUP reads the configuration again",
		Args:  cobra.NoArgs,
	}
	path := configFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		err := run(c, *path)
		if err != nil {
			daemon.Failed(err)
		}
		return err
	}
	return c
}

func run(c *cobra.Command, path string) error {
	reserve, err := arm.ReserveDescriptors() // first, while the low descriptors are free
	if err != nil {
		return err
	}
	cfg, err := config.Load(path)
	if err != nil {
		return err
	}
	ctx, hup, done := hangups(c.Context(), c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr())
	defer done()
	opens := make(chan os.Signal, 1)
	signal.Notify(opens, syscall.SIGUSR1)
	defer signal.Stop(opens)
	o := daemon.Options{
		Version: versionText(), Log: os.Stderr, Reserve: reserve,
		Path: path, Reload: hup, Open: opens,
	}
	if os.Getenv("JOURNAL_STREAM") == "" { // a person started it
		o.Ready = func(a daemon.Addresses) { printHints(c.OutOrStdout(), a, cfg) }
	}
	return daemon.Run(ctx, cfg, o)
}
