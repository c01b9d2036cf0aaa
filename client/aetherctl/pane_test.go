//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/daemon/daemontest"
)

// pane is aetherctl at a terminal of its own, started by a shell as a person does it.
type pane struct {
	t      *testing.T
	shell  *exec.Cmd
	master *os.File
	before *unix.Termios
	pid    int           // of aetherctl
	ended  chan struct{} // closed when all that was written has been read

	mu    sync.Mutex
	shown bytes.Buffer
	grown chan struct{} // closed when something is added
	kitty bool          // it reports releases, and says so when it is asked
	asked int           // of shown, up to where questions are answered
	seen  int           // of shown, by expect
}

// inShell has the process id told before the program, and its exit status after it. It stays,
// as leader of the session: the kernel resets a terminal whose session ends.
const inShell = `sh -c 'echo "pid=$$."; exec "$@"' sh "$@"; echo "status=$?."; read go; fg >/dev/null 2>&1; echo "status=$?."; cat`

// open starts aetherctl against a daemon, as a job of the shell.
func open(t *testing.T, d *daemontest.Daemon, kitty bool, env []string, args ...string) *pane {
	t.Helper()
	return openAt(t, addresses(d), kitty, env, args...)
}

func addresses(d *daemontest.Daemon) []string {
	return []string{"AETHERD_ADDRESS=" + d.Command, "AETHERD_STOP_ADDRESS=" + d.Stop}
}

func openAt(t *testing.T, address []string, kitty bool, env []string, args ...string) *pane {
	t.Helper()
	return openIn(t, "set -m; "+inShell, kitty, append(env, address...), args...)
}

// openAlone starts aetherctl in a shell that does not look after it: where it is frozen, the
// terminal stays its own.
func openAlone(t *testing.T, d *daemontest.Daemon, kitty bool, args ...string) *pane {
	t.Helper()
	return openIn(t, inShell, kitty, addresses(d), args...)
}

func openIn(t *testing.T, script string, kitty bool, env []string, args ...string) *pane {
	t.Helper()
	p := &pane{t: t, ended: make(chan struct{}), grown: make(chan struct{}), kitty: kitty}
	p.shell = exec.Command("sh", append([]string{"-c", script, "sh", "aetherctl", "--name", "pult"}, args...)...)
	p.shell.Env = append(append(os.Environ(), "TERM=xterm-256color"), env...)
	p.shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	if err := pty.Setsize(master, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	p.master = master
	p.before = p.termios()
	p.shell.Stdin, p.shell.Stdout, p.shell.Stderr = tty, tty, tty
	if err := p.shell.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read()
	t.Cleanup(p.close)
	p.pid, _ = strconv.Atoi(p.expect(`pid=(\d+)\.`))
	return p
}

func (p *pane) close() {
	if p.pid != 0 {
		_ = syscall.Kill(p.pid, syscall.SIGKILL) // no matter whether it has ended
	}
	_ = p.shell.Process.Kill()
	<-p.ended
	_ = p.shell.Wait()
	_ = p.master.Close()
	if p.t.Failed() {
		p.t.Logf("shown: %q", p.shown.String())
	}
}

func (p *pane) read() {
	defer close(p.ended)
	b := make([]byte, 4096)
	for {
		n, err := p.master.Read(b)
		p.mu.Lock()
		p.shown.Write(b[:n])
		p.answer()
		close(p.grown)
		p.grown = make(chan struct{})
		p.mu.Unlock()
		if err != nil {
			return // EIO, when all at the terminal have ended
		}
	}
}

// answer answers every question that came about the keyboard.
func (p *pane) answer() {
	const question = "\x1b[?u"
	for p.kitty {
		at := bytes.Index(p.shown.Bytes()[p.asked:], []byte(question))
		if at < 0 {
			return
		}
		p.asked += at + len(question)
		_, _ = io.WriteString(p.master, "\x1b[?11u")
	}
}

// output returns all that was shown.
func (p *pane) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown.String()
}

// expect waits until something is shown behind what was expected before, and returns the
// first group of the expression.
func (p *pane) expect(expression string) string {
	p.t.Helper()
	re := regexp.MustCompile(expression)
	late := time.After(20 * time.Second)
	for {
		p.mu.Lock()
		grown := p.grown
		rest := p.shown.Bytes()[p.seen:]
		if m := re.FindSubmatchIndex(rest); m != nil {
			p.seen += m[1]
			defer p.mu.Unlock()
			if len(m) > 2 {
				return string(rest[m[2]:m[3]])
			}
			return ""
		}
		p.mu.Unlock()
		select {
		case <-grown:
		case <-late:
			p.t.Fatalf("%q is not shown; shown is %q", expression, p.output()[p.seen:])
		}
	}
}

// ready waits until the screen is up and takes keys. Its rows come in any order: what is known
// by then is drawn at once.
func (p *pane) ready() {
	p.t.Helper()
	shows := []string{`connected`, `position`}
	if p.kitty {
		shows = append(shows, `hold`)
	}
	from, upTo := p.seen, p.seen
	for _, what := range shows {
		p.seen = from
		p.expect(what)
		upTo = max(upTo, p.seen)
	}
	p.seen = upTo
}

func (p *pane) key(bytes string) {
	p.t.Helper()
	if _, err := io.WriteString(p.master, bytes); err != nil {
		p.t.Fatal(err)
	}
}

// hold writes first, and then repeat at a keyboard's pace until the returned function is
// called.
func (p *pane) hold(first, repeat string) (letGo func()) {
	p.key(first)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		pace := time.NewTicker(33 * time.Millisecond)
		defer pace.Stop()
		for {
			select {
			case <-pace.C:
				_, _ = io.WriteString(p.master, repeat)
			case <-stop:
				return
			}
		}
	}()
	return sync.OnceFunc(func() { close(stop); <-stopped })
}

func (p *pane) termios() *unix.Termios {
	p.t.Helper()
	t, err := unix.IoctlGetTermios(int(p.master.Fd()), unix.TCGETS) // of a master: those of its terminal
	if err != nil {
		p.t.Fatal(err)
	}
	return t
}

func (p *pane) signal(s syscall.Signal) {
	p.t.Helper()
	if err := syscall.Kill(p.pid, s); err != nil {
		p.t.Fatal(err)
	}
}

// left waits for the end, with a status, and checks that the terminal is as it was.
func (p *pane) left(status int) {
	p.t.Helper()
	p.expect(fmt.Sprintf(`status=%d\.`, status))
	p.restored()
}

// restored checks that the terminal is as it was found.
func (p *pane) restored() {
	p.t.Helper()
	if diff := cmp.Diff(p.before, p.termios()); diff != "" {
		p.t.Errorf("termios (-before +after):\n%s", diff)
	}
	for mode, on := range modes(p.output()) {
		if on != resting[mode] {
			p.t.Errorf("the mode %s is left at %d, not at %d", mode, on, resting[mode])
		}
	}
}

// resting are the modes that a terminal has on by itself.
var resting = map[string]int{"?25": 1}

var sequence = regexp.MustCompile(`\x1b\[(\?[0-9;]+)([hl])|\x1b\[>(\d+)(u)|\x1b\[<(\d*)(u)|\x1b\[>(4(?:;\d)?)(m)`)

// modes plays output, and returns the modes that it switched, where they are in the end: also
// the depth of each screen's stack of keyboard modes, and whether keys are modified.
func modes(output string) map[string]int {
	modes := map[string]int{}
	for _, m := range sequence.FindAllStringSubmatch(output, -1) {
		stack := fmt.Sprintf("keyboard of screen %d", modes["?1049"])
		switch {
		case m[1] != "":
			for mode := range strings.SplitSeq(m[1][1:], ";") {
				modes["?"+mode] = map[string]int{"h": 1, "l": 0}[m[2]]
			}
		case m[4] != "":
			modes[stack]++
		case m[6] != "":
			modes[stack] = max(modes[stack]-1, 0)
		case m[8] != "":
			modes["keys modified"] = strings.Count(m[7], ";") // 4 alone resets
		}
	}
	return modes
}
