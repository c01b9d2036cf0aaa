//go:build linux

package main

import (
	"net"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/daemon/daemontest"
)

// However a screen ends, the terminal is as it was before.
func TestTerminalIsLeftAsItWas(t *testing.T) {
	d := daemontest.Start(t)
	for _, c := range []struct {
		name, command, shows string
		end                  func(p *pane)
		status               int
	}{
		{"q", "watch", "latency", func(p *pane) { p.key("q") }, exitDone},
		{"Ctrl-C", "watch", "latency", func(p *pane) { p.key("\x03") }, exitInterrupted},
		{"SIGINT", "watch", "latency", func(p *pane) { p.signal(syscall.SIGINT) }, exitInterrupted},
		{"SIGTERM", "watch", "latency", func(p *pane) { p.signal(syscall.SIGTERM) }, exitInterrupted},
		{"SIGHUP", "watch", "latency", func(p *pane) { p.signal(syscall.SIGHUP) }, exitInterrupted},
		{"Esc", "jog", "speed", func(p *pane) { p.key("\x1b") }, exitDone},
		{"Ctrl-C", "jog", "speed", func(p *pane) { p.key("\x03") }, exitInterrupted},
		{"SIGTERM", "jog", "speed", func(p *pane) { p.signal(syscall.SIGTERM) }, exitInterrupted},
		{"SIGHUP", "jog", "speed", func(p *pane) { p.signal(syscall.SIGHUP) }, exitInterrupted},
	} {
		t.Run(c.command+" "+c.name, func(t *testing.T) {
			t.Parallel()
			p := open(t, d, false, nil, c.command)
			p.ready()
			if m := modes(p.output()); m["?1049"] != 1 || m["keyboard of screen 1"] != 1 {
				t.Errorf("the screen is not up: %v", m)
			}
			c.end(p)
			p.left(c.status)
		})
	}
}

func TestTerminalIsNotTouchedWithoutDaemon(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"watch", "jog"} {
		p := openAt(t, []string{"AETHERD_ADDRESS=" + refused}, false, nil, command)
		p.left(exitNoConnection)
		if m := modes(p.output()); len(m) != 0 {
			t.Errorf("%s: it switched %v", command, m)
		}
	}
}

// A terminal that takes nothing does not keep the program from ending.
func TestStuckTerminal(t *testing.T) {
	t.Parallel()
	p := open(t, daemontest.Start(t), false, nil, "watch")
	p.ready()
	tty, err := unix.Open(terminalOf(t, p), unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(tty)
	if err := unix.IoctlSetInt(tty, unix.TCXONC, unix.TCOOFF); err != nil {
		t.Fatal(err)
	}
	p.key("?") // has it write
	p.signal(syscall.SIGTERM)
	gone(t, p.pid)
	if err := unix.IoctlSetInt(tty, unix.TCXONC, unix.TCOON); err != nil {
		t.Fatal(err)
	}
	p.expect(`status=130\.`)
}

// The daemon goes away and comes back: watch goes on by itself.
func TestWatchReconnects(t *testing.T) {
	t.Parallel()
	d, err := daemontest.Launch(daemontest.ComesBack)
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, d, false, nil, "watch")
	p.ready()
	at := d.Addresses
	if err := d.End(); err != nil {
		t.Fatal(err)
	}
	p.expect(`RECONNECTING`)
	daemontest.Start(t, daemontest.Again(at))
	p.resize(100, 30) // has all be drawn anew
	p.expect(`connected`)
	p.key("q")
	p.left(exitDone)
}

func TestWatchDaemonDies(t *testing.T) {
	t.Parallel()
	d, err := daemontest.Launch()
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, d, false, nil, "watch")
	p.ready()
	if err := d.End(); err != nil {
		t.Fatal(err)
	}
	p.expect(`RECONNECTING`)
	p.signal(syscall.SIGTERM)
	p.left(exitInterrupted)
}

func TestWatchStopsAndResets(t *testing.T) {
	t.Parallel()
	d := daemontest.Start(t)
	w := watcher(t, d)
	p := open(t, d, false, nil, "watch")
	p.ready()
	p.key(" ")
	w.until("stopped", func(s *state) bool { return s.Stopped() })
	p.expect(`STOPPED`)
	p.key("r")
	p.expect(`Reset stop 1\?`)
	read := time.Now().Add(time.Second)
	w.until("read", func(*state) bool { return time.Now().After(read) })
	p.key("y")
	w.until("reset", func(s *state) bool { return !s.Stopped() })
	if w.last.Holder != "" {
		t.Errorf("%s has control", w.last.Holder)
	}
	p.key("q")
	p.left(exitDone)
}

// Colour is left out where it is not wanted. Weight is not colour.
func TestWatchWithoutColour(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]bool{"NO_COLOR=yes": false, "COLORTERM=truecolor": true} {
		p := open(t, daemontest.Start(t), false, []string{env}, "watch")
		p.ready()
		p.key("q")
		p.left(exitDone)
		if got := colour.MatchString(p.output()); got != want {
			t.Errorf("%s: colour %v", env, got)
		}
	}
}

// A terminal that cannot place its cursor gets lines, like a pipe.
func TestWatchAtDumbTerminal(t *testing.T) {
	t.Parallel()
	p := open(t, daemontest.Start(t), false, []string{"TERM=dumb"}, "watch")
	p.expect(`\d idle, control nobody, position 200\.0 0\.0 150\.0, gripper not known\r\n`)
	p.key("\x03")
	p.left(exitInterrupted)
	if m := modes(p.output()); len(m) != 0 {
		t.Errorf("it switched %v", m)
	}
}
