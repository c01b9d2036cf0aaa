package main

import (
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/aether-arm/aetherd/arm/commission"
)

// armCommand is for an arm of bus servos that is not in operation: no daemon, no safety gate.
func armCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "arm",
		Short: "Put an arm of Feetech's bus servos into operation: find its servos, measure it, turn one joint",
		Args:  cobra.NoArgs,
	}
	c.AddCommand(armScanCommand(), armCalibrateCommand(), armJogCommand())
	return c
}

// servoBaud is that of Feetech's servos as they are delivered.
const servoBaud = 1_000_000

func baudFlag(c *cobra.Command) *int {
	return c.Flags().Int("baud", servoBaud, "`speed` of the bus")
}

func yesFlag(c *cobra.Command) *bool {
	return c.Flags().Bool("yes", false, "agree to everything; what must be known is still asked for")
}

// console is the person at the command's input and output.
func console(c *cobra.Command, yes bool) *commission.Console {
	in, out := c.InOrStdin(), c.OutOrStdout()
	o := commission.Options{Yes: yes}
	if fd, ok := terminal(in); ok {
		o.Asks = true
		o.Flush = func() { _ = unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH) }
	}
	_, o.Live = terminal(out)
	return commission.NewConsole(in, out, o)
}

func terminal(stream any) (fd int, ok bool) {
	f, isFile := stream.(*os.File)
	if !isFile {
		return 0, false
	}
	fd = int(f.Fd())
	return fd, term.IsTerminal(fd)
}
