// Armemu plays the controller of an arm behind a pseudo-terminal, in real time:
//
//	armemu KIND [-config JSON] [-link PATH] [-log FILE] [-fault COMMAND]… [-stdin]
//
// KIND is one of the table kinds; JSON is the Config of its package. It prints
// one line, {"pty":"/dev/pts/N"}, when the pty is ready, and then what happens,
// one JSON object a line (armtest.Event). With -stdin it takes commands, one a
// line, and ends when its standard input does. Every kind has these:
//
//	stall-read     leave what the host writes in the kernel (it blocks after 16 KiB)
//	stall-write    make the host's writes block at once
//	close          pull the cable: the master is closed, the link removed
//	replug         put it back, on a new pty, with the machine as it was
//	release        take back the exclusive use (TIOCEXCL) of a killed host
//	resume         end the stalls, and what lasts of the machine's own faults
//
// Those of the machine itself stand in the doc of its package.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/aether-arm/aetherd/arm/armtest"
)

func main() {
	err := run(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "armemu:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("want a kind: %s", kindNames())
	}
	build, ok := kinds[args[0]]
	if !ok {
		return fmt.Errorf("kind %q: want one of %s", args[0], kindNames())
	}
	var setup armtest.Setup
	flags := flag.NewFlagSet("armemu "+args[0], flag.ContinueOnError)
	setup.BindFlags(flags)
	config := flags.String("config", "{}", "set the machine up by `JSON`")
	commands := flags.Bool("stdin", false, "take commands from standard input, and end with it")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	m, err := build([]byte(*config), armtest.Monotonic())
	if err != nil {
		return fmt.Errorf("config %s: %w", *config, err)
	}
	var stdin io.Reader
	if *commands {
		stdin = os.Stdin
	}
	return armtest.Run(m, setup, stdin, os.Stdout)
}
