package armtest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// RunGrbl plays a board behind a pty, in real time. It writes one line of JSON,
// {"pty":"/dev/pts/N"}, when the pty is ready, then every event as a line. It
// takes commands from stdin, one a line, and returns when that ends; a nil stdin
// never does. What moves goes on whatever the client does.
func RunGrbl(cfg GrblConfig, stdin io.Reader, stdout io.Writer) error {
	signal.Ignore(syscall.SIGPIPE) // a reader of stdout that dies does not stop the arm
	log := io.Discard
	if cfg.Log != "" {
		f, err := os.OpenFile(cfg.Log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		if err != nil {
			return fmt.Errorf("open the event log: %w", err)
		}
		defer f.Close()
		log = f
	}
	wire := &ptyWire{link: cfg.Link}
	path, err := wire.replug()
	if err != nil {
		return err
	}
	defer wire.unplug()
	fmt.Fprintf(stdout, "{\"pty\":%q}\n", path)
	loop, err := newGrblLoop(cfg, Monotonic, wire, func(e GrblEvent) {
		line, _ := json.Marshal(e)
		line = append(line, '\n')
		_, _ = log.Write(line)
		_, _ = stdout.Write(line)
	})
	if err != nil {
		return err
	}
	wire.attach(loop)
	if stdin != nil {
		go readCommands(stdin, loop)
	}
	loop.run()
	return nil
}

// readCommands ends the loop with stdin.
func readCommands(stdin io.Reader, loop *grblLoop) {
	defer close(loop.quit)
	for lines := bufio.NewScanner(stdin); lines.Scan(); {
		_ = loop.do(lines.Text()) // what is refused is an event
	}
}

// Monotonic is the time on CLOCK_MONOTONIC, which every process shares: the
// clock of the emulator's events.
func Monotonic() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic(err) // the clock exists on every Linux
	}
	return time.Duration(ts.Nano())
}
