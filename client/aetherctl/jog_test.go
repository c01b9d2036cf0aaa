//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

type state = client.State

var colour = regexp.MustCompile(`\x1b\[(?:[0-9;]*;)?[34]\d[;m]`)

func (p *pane) resize(cols, rows uint16) {
	p.t.Helper()
	if err := pty.Setsize(p.master, &pty.Winsize{Rows: rows, Cols: cols}); err != nil {
		p.t.Fatal(err)
	}
}

// terminalOf returns the path of the terminal of p.
func terminalOf(t *testing.T, p *pane) string {
	t.Helper()
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/0", p.pid))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// gone waits until a process has ended, also if nobody has asked for its status.
func gone(t *testing.T, pid int) {
	t.Helper()
	process, err := unix.PidfdOpen(pid, 0)
	if err == unix.ESRCH {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(process)
	const late = 20000 // ms
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(process), Events: unix.POLLIN}}, late)
		switch {
		case err == unix.EINTR:
			continue
		case n != 1:
			t.Fatalf("process %d goes on (%v)", pid, err)
		}
		return
	}
}

// witness is a second station that sees what the arm does.
type witness struct {
	t    *testing.T
	arm  *client.Client
	next chan state
	last state
}

func watcher(t *testing.T, d *daemontest.Daemon) *witness {
	t.Helper()
	arm, err := client.Dial(t.Context(), client.Config{Address: d.Command, StopAddress: d.Stop, Name: "witness"})
	if err != nil {
		t.Fatal(err)
	}
	w := &witness{t: t, arm: arm, next: make(chan state)}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer close(w.next)
		for e, err := range arm.Subscribe(ctx, 50) {
			if err == nil && e.Kind == client.StateEvent {
				select {
				case w.next <- e.State:
				case <-ctx.Done():
				}
			}
		}
	}()
	t.Cleanup(func() {
		cancel()
		for range w.next { //nolint:revive // until it is closed
		}
		_ = arm.Close()
	})
	return w
}

// until waits for a state.
func (w *witness) until(what string, is func(s *state) bool) {
	w.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case w.last = <-w.next:
			if is(&w.last) {
				return
			}
		case <-late:
			w.t.Fatalf("it is never %s; the last state is %+v", what, w.last)
		}
	}
}

// drive holds a key until the arm has moved so far, and goes on until the returned function is
// called. It presses the key again when the arm stands for a second, as a person does: on a busy
// machine the key may count as let go.
func drive(p *pane, w *witness, k keyboard, mm float64) (letGo func()) {
	w.t.Helper()
	w.until("up to date", func(*state) bool { return true })
	from, previous, same := w.last.Position, w.last.Position, 0
	letGo = p.hold(k.press, k.repeat)
	w.t.Cleanup(letGo)
	const aSecond = 50 // states
	w.until(fmt.Sprintf("%v mm off", mm), func(s *state) bool {
		if same++; s.Position != previous {
			previous, same = s.Position, 0
		}
		if same == aSecond {
			p.key(k.anew)
			same = 0
		}
		return s.Position.Sub(from).Norm() >= mm
	})
	return letGo
}

// home is where the simulated arm starts.
var home = safety.Point{X: 200, Z: 150}

// stands waits until the arm stands, and checks that it came at most so far from now on.
func (w *witness) stands(within float64) {
	w.t.Helper()
	w.until("up to date", func(*state) bool { return true })
	from, previous, same := w.last.Position, w.last.Position, 0
	const enough = 25 // states, half a second
	w.until("standing", func(s *state) bool {
		if s.Position == previous {
			same++
		} else {
			same, previous = 0, s.Position
		}
		return same >= enough
	})
	if went := w.last.Position.Sub(from).Norm(); went > within {
		w.t.Errorf("it went on for %.1f mm, and not for %.1f at most", went, within)
	}
}

// How a key is told in each form.
const (
	kittyW       = "\x1b[119;1:1u"
	kittyWAgain  = "\x1b[119;1:2u"
	kittyWUp     = "\x1b[119;1:3u"
	kittySpace   = "\x1b[32;1:1u"
	kittyUp      = "\x1b[1;1:1A"
	kittyUpAgain = "\x1b[1;1:2A"
	kittyUpUp    = "\x1b[1;1:3A"
)

// keyboard is how a terminal tells one key and some others.
type keyboard struct {
	name                             string
	kitty                            bool
	press, repeat, up, space, ctrl_z string
	anew                             string // presses the key again
}

// keyboards are terminals of both kinds. Where there are no releases, another key (z does
// nothing) stands for one.
var keyboards = []keyboard{
	kitty,
	{"releases, arrow", true, kittyUp, kittyUpAgain, kittyUpUp, kittySpace, "\x1b[122;5u", kittyUpUp + kittyUp},
	{"no releases", false, "w", "w", "", " ", "\x1a", "zw"},
	{"no releases, arrow", false, "\x1b[A", "\x1b[A", "", " ", "\x1a", "z\x1b[A"},
}

var kitty = keyboard{"releases", true, kittyW, kittyWAgain, kittyWUp, kittySpace, "\x1b[122;5u", kittyWUp + kittyW}

// reach is how far the arm may go on behind a release, at 40 mm/s: what is on its way, and on
// a busy machine. Without an end it would go on for 100 mm.
const reach = 20

// Keys that are held move the arm, and letting go stops it, whatever way that happens.
func TestJog(t *testing.T) {
	type scene struct {
		*pane
		*witness
		up, space, again string
		letGo            func()
	}
	ends := map[string]func(t *testing.T, s scene){
		"released": func(t *testing.T, s scene) {
			s.letGo()
			s.key(s.up)
			s.stands(reach)
			if s.last.Stopped() {
				t.Errorf("the state is %+v", s.last)
			}
		},
		"stopped": func(t *testing.T, s scene) {
			s.key(s.space)
			s.until("stopped", func(s *state) bool { return s.Stopped() })
			s.stands(reach)
		},
		"killed": func(t *testing.T, s scene) {
			s.signal(syscall.SIGKILL)
			s.stands(reach)
		},
		"terminated": func(t *testing.T, s scene) {
			s.signal(syscall.SIGTERM)
			s.left(exitInterrupted)
			s.stands(reach)
		},
		"hung up": func(t *testing.T, s scene) {
			s.signal(syscall.SIGHUP)
			s.left(exitInterrupted)
			s.stands(reach)
		},
		"frozen": func(t *testing.T, s scene) {
			s.signal(syscall.SIGSTOP)
			s.stands(reach)
			s.letGo()
			s.key(strings.Repeat(s.again, 5)) // beside all that was typed meanwhile
			s.signal(syscall.SIGCONT)
			s.expect(`stood`)
			s.stands(0.1)
		},
	}
	for name, end := range ends {
		for i, k := range keyboards {
			if i%2 == 1 && name != "released" {
				continue // arrows are no other way to end
			}
			t.Run(name+", "+k.name, func(t *testing.T) {
				t.Parallel()
				d := daemontest.Start(t)
				w := watcher(t, d)
				var p *pane
				if name == "frozen" {
					p = openAlone(t, d, k.kitty, "jog")
				} else {
					p = open(t, d, k.kitty, nil, "jog")
				}
				p.ready()
				letGo := drive(p, w, k, 10)
				defer letGo()
				if w.last.Position.X <= home.X {
					t.Errorf("it moved to %v", w.last.Position)
				}
				end(t, scene{p, w, k.up, k.space, k.repeat, letGo})
			})
		}
	}
}

// Ctrl-Z gives the terminal back and holds the arm; what was held before does nothing when the
// program goes on.
func TestJogSuspended(t *testing.T) {
	for _, k := range []int{0, 2} {
		k := keyboards[k]
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			d := daemontest.Start(t)
			w := watcher(t, d)
			p := open(t, d, k.kitty, nil, "jog")
			p.ready()
			drive(p, w, k, 10)()
			p.key(k.ctrl_z)
			p.left(128 + int(syscall.SIGTSTP))
			w.stands(reach)
			p.key("go\n") // fg
			p.expect(`connected`)
			p.key(k.repeat) // still held: it counts where it cannot be told from a press
			w.stands(5)
			drive(p, w, k, 10)()
			p.key("\x03")
			p.left(exitInterrupted)
		})
	}
}

// A key whose terminal fell silent is let go.
func TestJogTerminalFallsSilent(t *testing.T) {
	t.Parallel()
	d := daemontest.Start(t)
	w := watcher(t, d)
	p := open(t, d, true, nil, "jog")
	p.ready()
	letGo := drive(p, w, kitty, 10)
	p.mu.Lock()
	p.kitty = false // it answers no more
	p.mu.Unlock()
	letGo()
	w.stands(reach)
	p.expect(`silent|stood still`) // the latter on a machine that is late
}

// Another station has control: its name is shown, and each press asks once.
func TestJogRefused(t *testing.T) {
	t.Parallel()
	d := daemontest.Start(t, func(c *config.Config) { c.Safety.Lease = 60000 }) // the witness does not ping
	w := watcher(t, d)
	if err := w.arm.Take(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := open(t, d, true, nil, "jog")
	p.ready()
	letGo := p.hold(kittyW, kittyWAgain)
	p.expect(`not_in_control \(witness`)
	w.stands(0)
	if err := w.arm.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.stands(0) // the key is still down
	letGo()
	p.key(kittyWUp)
	drive(p, w, kitty, 5)()
}

// The daemon comes back while a key is held: nothing moves until it is pressed again.
func TestJogReconnects(t *testing.T) {
	t.Parallel()
	d, err := daemontest.Launch(daemontest.ComesBack)
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, d, true, nil, "jog")
	p.ready()
	w := watcher(t, d)
	letGo := drive(p, w, kitty, 5)
	at := d.Addresses
	if err := d.End(); err != nil {
		t.Fatal(err)
	}
	p.expect(`RECONNECTING`)
	d = daemontest.Start(t, daemontest.Again(at))
	p.resize(100, 30)
	p.expect(`connected`)
	w = watcher(t, d)
	w.stands(0)
	letGo()
	p.key(kittyWUp)
	drive(p, w, kitty, 5)()
}

// At the edge the arm stands, and the screen says so.
func TestJogAtTheEdge(t *testing.T) {
	t.Parallel()
	d := daemontest.Start(t)
	w := watcher(t, d)
	p := open(t, d, true, nil, "jog", "--speed", "1000")
	p.ready()
	defer drive(p, w, kitty, 100)() // from 200 to 300
	if w.last.Position.X != 300 {
		t.Errorf("it came to %v", w.last.Position)
	}
	p.expect(`edge`)
	w.stands(0)
	if w.last.Stopped() || strings.Contains(p.output(), "out_of_workspace") {
		t.Errorf("it was refused: %+v", w.last)
	}
}
