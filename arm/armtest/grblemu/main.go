// Grblemu plays a Grbl 1.1 controller behind a pseudo-terminal, in real time.
//
// It prints one line, {"pty":"/dev/pts/N"}, when the pty is ready, and then what
// happens, one JSON object a line (armtest.GrblEvent). With -stdin it takes
// commands, one a line, and ends when its standard input does:
//
//	stall-read     leave what the host writes in the kernel (it blocks after 16 KiB)
//	stall-write    make the host's writes block at once
//	hang           read, ignore and answer nothing; queued motion goes on
//	mute           do everything, answer nothing
//	resume         end all of these
//	slow-ok MS     answer each line MS ms late; 0 ends it
//	error-next N   answer error:N to the next line, and do not carry it out
//	alarm N        raise ALARM:N; the motors stop without a ramp
//	garbage N      send N bytes of noise
//	jog-race       the next jog that begins runs as Run, where 0x85 does nothing
//	reboot         start anew, and take the present place for zero
//	close          pull the cable: the master is closed, the link removed
//	replug         put it back, on a new pty, with the board as it was
//	release        take back the exclusive use (TIOCEXCL) of a killed host
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/aether-arm/aetherd/arm/armtest"
)

func main() {
	var cfg armtest.GrblConfig
	cfg.BindFlags(flag.CommandLine)
	commands := flag.Bool("stdin", false, "take commands from standard input, and end with it")
	flag.Parse()
	var stdin io.Reader
	if *commands {
		stdin = os.Stdin
	}
	if err := armtest.RunGrbl(cfg, stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "grblemu:", err)
		os.Exit(1)
	}
}
