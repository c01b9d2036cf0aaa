package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/aether-arm/aetherd/safety"
)

// manager is the socket of a service manager.
type manager struct {
	t    testing.TB
	conn *net.UnixConn
	env  []string
}

func newManager(t testing.TB, watchdog time.Duration) *manager {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &manager{t, conn, []string{"JOURNAL_STREAM=8:1", "NOTIFY_SOCKET=" + path, fmt.Sprintf("WATCHDOG_USEC=%d", watchdog.Microseconds())}}
}

// fill fills the socket's queue.
func (m *manager) fill() {
	m.t.Helper()
	conn, err := net.DialUnix("unixgram", nil, m.conn.LocalAddr().(*net.UnixAddr))
	if err != nil {
		m.t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	for err == nil {
		_, err = conn.Write([]byte("full"))
	}
}

// hears returns the next message, within patience.
func (m *manager) hears(patience time.Duration) (state string, err error) {
	_ = m.conn.SetReadDeadline(time.Now().Add(patience))
	b := make([]byte, 4096)
	n, err := m.conn.Read(b)
	return string(b[:n]), err
}

// until waits for a message with every one of parts, and returns the others that came before.
func (m *manager) until(parts ...string) (before []string) {
	m.t.Helper()
	for {
		state, err := m.hears(patience)
		if err != nil {
			m.t.Fatalf("no message with %q, only %q", parts, before)
		}
		if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(state, part) }) {
			return before
		}
		before = append(before, state)
	}
}

// The life of a service, as its manager hears of it.
func TestService(t *testing.T) {
	t.Parallel()
	m := newManager(t, time.Second)
	p := launch(t, m.env, `safety.start = "stopped"`)
	if before := m.until("READY=1\n", "STATUS=arm: stopped (stop 1, boot)"); before != nil {
		t.Errorf("before it was ready: %q", before)
	}
	p.untilReady()
	s := p.station()
	s.reset()
	m.until("STATUS=arm: idle")
	m.until("WATCHDOG=1")
	m.until("WATCHDOG=1")

	document, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	reload := func(line string) {
		if err := os.WriteFile(p.config, append(document, line+"\n"...), 0o644); err != nil {
			t.Fatal(err)
		}
		p.signal(syscall.SIGHUP)
		m.until("RELOADING=1")
	}
	reload("safety.motion.speed = 33")
	m.until("READY=1\n", "STATUS=arm: idle")
	s.want(`{"type":"hello"}`, `"limits":{"speed":33,`)
	reload("safety.motion.speed = 0")
	m.until("READY=1\n", "; the configuration was not reloaded, see the log")
	s.want(`{"type":"hello"}`, `"limits":{"speed":33,`)

	p.signal(syscall.SIGTERM)
	m.until("STOPPING=1\n", "STATUS=arm: going down")
	if code := p.exit(shutdownTime); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// A service that does not start says why, in one line.
func TestServiceDoesNotStart(t *testing.T) {
	t.Parallel()
	m := newManager(t, time.Second)
	p := launch(t, m.env, `safety.deadman_ms = 0`, `safety.motion.speed = 0`)
	m.until("STATUS=", "safety.deadman_ms = 0", "; ", "safety.motion.speed = 0")
	if code := p.exit(patience); code != 1 {
		t.Errorf("exit code %d", code)
	}
}

// A service does not open an arm that moves then, at boot or after a crash, before a person has asked
// for it.
func TestServiceOfAnArmThatMoves(t *testing.T) {
	t.Parallel()
	for _, k := range kinds {
		if !k.keptShut {
			continue
		}
		a := k.newArm(t, t.TempDir()+"/tty")
		m := newManager(t, time.Second)
		p := launch(t, m.env, k.drives(a)...)
		m.until("READY=1\n", "it moves by itself when it is opened, and nobody has asked for that")
		p.untilReady()
		s := p.station()
		if v := s.state(); v.Arm.Link == "up" {
			t.Errorf("%s was opened", k.name)
		}
		p.signal(syscall.SIGUSR1)
		s.untilLink("up")
		if v := s.state(); v.State != "stopped" {
			t.Errorf("%s is %s", k.name, v.State)
		}
	}
}

// A write that is stuck keeps the watchdog from being fed: the manager would end the daemon.
func TestServiceStuck(t *testing.T) {
	t.Parallel()
	const watchdog = time.Second
	m := newManager(t, watchdog)
	p := launch(t, m.env, `arm.sim.write_delay_ms = 60000`)
	m.until("READY=1\n")
	p.untilReady()
	s := p.station()
	s.move(safety.Point{X: 100, Z: 150})
	s.untilStopped("write_stuck")
	for fed := 0; ; {
		state, err := m.hears(2 * watchdog)
		if err != nil {
			return // hungry for twice its time
		}
		if state == "WATCHDOG=1" {
			fed++
		}
		if fed > 4 { // what had been sent before, and what was done before the write
			t.Fatal("it is still fed")
		}
	}
}

// A manager that does not read its socket does not keep the arm from being stopped.
func TestServiceManagerDoesNotRead(t *testing.T) {
	t.Parallel()
	m := newManager(t, 0)
	p := launch(t, m.env)
	p.untilReady()
	s := p.station()
	s.move(safety.Point{X: -200, Z: 150})
	m.fill()
	p.signal(syscall.SIGTERM)
	if code := p.exit(shutdownTime); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// At a terminal SIGHUP says that the terminal has gone: nobody is there to watch the arm.
func TestHangupAtATerminal(t *testing.T) {
	t.Parallel()
	for _, stdin := range []string{"terminal", os.DevNull} {
		t.Run(stdin, func(t *testing.T) {
			t.Parallel()
			hangUp(t, stdin)
		})
	}
}

func hangUp(t *testing.T, stdin string) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, aetherd(t), "run", "-c", configFile(t))
	if stdin != "terminal" {
		in, err := os.Open(stdin)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		c.Stdin = in
	}
	var log bytes.Buffer
	logs, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	master, err := pty.StartWithAttrs(c, nil, &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 1})
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 4096)
	for !strings.Contains(log.String(), `"ready"`) {
		n, err := logs.Read(b)
		if err != nil {
			t.Fatalf("%v: %s", err, log.String())
		}
		log.Write(b[:n])
	}
	_ = master.Close()
	for err == nil {
		var n int
		n, err = logs.Read(b)
		log.Write(b[:n])
	}
	if err := c.Wait(); err != nil || !strings.Contains(log.String(), "going down") {
		t.Errorf("%v: %s", err, log.String())
	}
}
