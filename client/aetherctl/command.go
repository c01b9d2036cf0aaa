package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"
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

// run carries out one command line and returns the exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	s := &station{}
	root := command(s)
	root.SetArgs(negativeNumbers(args))
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	return s.report(ctx, err, out, errs)
}

func command(s *station) *cobra.Command {
	root := &cobra.Command{
		Use:   "aetherctl",
		Short: "A station of aetherd at a terminal: watch the arm, move it, stop it",
		Long: `A station of aetherd at a terminal: watch the arm, move it, stop it.

Lengths are mm in the arm's base frame (x forward, y left, z up), speeds mm/s.
The daemon decelerates the arm when the station that moves it hangs up: a command that
moves stays until the motion has ended, and Ctrl-C ends both.
aetherctl stop is a protective stop. It is not an emergency stop.`,
		Example: `  aetherctl status
  aetherctl move 150 0 200 --speed 80
  aetherctl stop
  aetherctl reset`,
		Version:       fmt.Sprintf("%s %s %s/%s", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH),
		SilenceErrors: true,
		SilenceUsage:  true,
		// A word that is no command gets here.
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetVersionTemplate("aetherctl {{.Version}}\n")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usageError{c, err} })
	s.flags(root)
	for _, add := range commands {
		root.AddCommand(add(s))
	}
	return root
}

// commands are all that aetherctl can do, in the order of its help.
var commands = []func(*station) *cobra.Command{
	statusCommand,
	watchCommand,
	moveCommand,
	gripCommand,
	jogCommand,
	teleopCommand,
	stopCommand,
	resetCommand,
	takeCommand,
	releaseCommand,
	relaxCommand,
	sendCommand,
	recordCommand,
	playCommand,
	benchCommand,
}

// usage has a command line that args refuses end as one that is not understood.
func usage(args cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, values []string) error {
		if err := args(c, values); err != nil {
			return usageError{c, err}
		}
		return nil
	}
}

var negative = regexp.MustCompile(`^-\.?[0-9]`)

// negativeNumbers has the coordinates of move not taken for flags: behind a space they are
// arguments.
func negativeNumbers(args []string) []string {
	args = slices.Clone(args)
	if at := slices.Index(args, "move"); at >= 0 {
		for i := at + 1; i < len(args); i++ {
			if negative.MatchString(args[i]) {
				args[i] = " " + args[i]
			}
		}
	}
	return args
}
