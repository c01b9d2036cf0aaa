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

// Run plays m behind a pty, in real time ([Monotonic]). It writes one line of
// JSON, {"pty":"/dev/pts/N"}, when the pty is ready, then every [Event] as a
// line. It takes commands from stdin, one a line, and returns when that ends; a
// nil stdin never does. What moves goes on whatever the client does.
func Run(m Machine, s Setup, stdin io.Reader, stdout io.Writer) error {
	signal.Ignore(syscall.SIGPIPE) // a reader of stdout that dies does not stop the arm
	log := io.Discard
	if s.Log != "" {
		f, err := os.OpenFile(s.Log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		if err != nil {
			return fmt.Errorf("open the event log: %w", err)
		}
		defer f.Close()
		log = f
	}
	w := &ptyWire{link: s.Link}
	path, err := w.replug()
	if err != nil {
		return err
	}
	defer w.unplug()
	fmt.Fprintf(stdout, "{\"pty\":%q}\n", path)
	l, err := newLoop(m, s.Faults, Monotonic, w, func(e Event) {
		line, _ := json.Marshal(e)
		line = append(line, '\n')
		_, _ = log.Write(line)
		_, _ = stdout.Write(line)
	})
	if err != nil {
		return err
	}
	w.attach(l)
	if stdin != nil {
		go readCommands(stdin, l)
	}
	l.run()
	return nil
}

// readCommands ends the loop with stdin.
func readCommands(stdin io.Reader, l *loop) {
	defer close(l.quit)
	for lines := bufio.NewScanner(stdin); lines.Scan(); {
		_ = l.do(lines.Text()) // what is refused is an event
	}
}

// Monotonic is the time on CLOCK_MONOTONIC, which every process shares: the
// clock of the events of an emulator in a process.
func Monotonic() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic(err) // the clock exists on every Linux
	}
	return time.Duration(ts.Nano())
}
