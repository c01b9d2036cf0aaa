//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/client/hands/teleop"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

// handsPatience bounds what these tests wait for.
const handsPatience = 20 * time.Second

// handStream is a laptop whose hand is where it is told, 30 times a second.
type handStream struct {
	net.Listener
	mu     sync.Mutex
	line   string // "": it says nothing
	frozen bool
	said   time.Time // the last line
}

func newHandStream(t *testing.T) *handStream {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &handStream{Listener: l}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			work.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); s.at(0, 0, 0); work.Wait() })
	return s
}

// serve ends when the other side has hung up, which is noticed by what is said.
func (s *handStream) serve(conn net.Conn) {
	defer conn.Close()
	tick := time.NewTicker(time.Second / 30)
	defer tick.Stop()
	for range tick.C {
		s.mu.Lock()
		line := s.line
		if s.frozen || line == "" {
			line = ""
		} else {
			line += "\n"
			s.said = time.Now()
		}
		s.mu.Unlock()
		if _, err := io.WriteString(conn, line); err != nil {
			return
		}
		if line == "" { // find out whether anybody is there
			_ = conn.SetReadDeadline(time.Now())
			if _, err := conn.Read(make([]byte, 1)); err != nil && !os.IsTimeout(err) {
				return
			}
		}
	}
}

func (s *handStream) at(x, y, z float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frozen = false
	s.line = fmt.Sprintf(`{"left_hand":{"grab":"Open"},"right_hand":{"xyz":{"x":%.1f,"y":%.1f,"z":%.1f}},"raw":null}`, x, y, z)
}

// freeze returns when the last line was said.
func (s *handStream) freeze() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frozen = true
	return s.said
}

// hands100 places the hand's ±100 on ±100 mm about where the simulated arm stands at first.
const hands100 = "--box=100,-100,50:300,100,250"

// teleoperation is aetherctl teleop hands in a process of its own.
type teleoperation struct {
	t      *testing.T
	cmd    *exec.Cmd
	events chan handsJSON
	errs   bytes.Buffer
	exit   chan struct{} // closed at its end
}

// An output that takes nothing does not keep it from ending.
func TestTeleopOfAStuckOutput(t *testing.T) {
	a, l := daemontest.Start(t), newHandStream(t)
	l.at(0, 0, 0)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("aetherctl", "teleop", "hands", "--json", "--dry-run", hands100, l.Addr().String())
	cmd.Env = append(os.Environ(), "AETHERD_ADDRESS="+a.Command, "AETHERD_STOP_ADDRESS="+a.Stop)
	cmd.Stdout = w
	size, err := unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, 4096)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for n, same := 0, 0; n < size-1000 || same < 20; same++ { // it is full: 30 targets a second would be told
		<-look.C
		before := n
		if n, err = unix.IoctlGetInt(int(r.Fd()), unix.TIOCINQ); err != nil {
			t.Fatal(err)
		}
		if n != before {
			same = 0
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ended:
		if status := cmd.ProcessState.ExitCode(); status != exitInterrupted {
			t.Errorf("status %d", status)
		}
	case <-time.After(handsPatience):
		t.Error("it does not end")
		_ = cmd.Process.Kill()
		<-ended
	}
}

func startTeleop(t *testing.T, a *daemontest.Daemon, args ...string) *teleoperation {
	t.Helper()
	p := &teleoperation{t: t, events: make(chan handsJSON, 10000), exit: make(chan struct{})}
	p.cmd = exec.Command("aetherctl", append([]string{"teleop", "hands", "--json", "--name", "hand"}, args...)...)
	p.cmd.Env = append(os.Environ(), "AETHERD_ADDRESS="+a.Command, "AETHERD_STOP_ADDRESS="+a.Stop)
	p.cmd.Stderr = &p.errs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.exit)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var e handsJSON
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				p.events <- e
			}
		}
		_ = p.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.exit
	})
	return p
}

func (p *teleoperation) until(what string, ok func(handsJSON) bool) handsJSON {
	p.t.Helper()
	late := time.After(handsPatience)
	for {
		select {
		case e := <-p.events:
			if ok(e) {
				return e
			}
		case <-p.exit:
			p.t.Fatalf("it ended, never %s: %s", what, p.errs.String())
		case <-late:
			p.t.Fatalf("never %s", what)
		}
	}
}

func (p *teleoperation) engaged() {
	p.t.Helper()
	p.until("engaged", func(e handsJSON) bool { return e.Clutch == "engaged" })
}

func (p *teleoperation) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

// sightings are where a second station sees the arm.
type sightings struct {
	t  *testing.T
	c  *client.Client
	ch chan seenAt
}

type seenAt struct {
	client.State
	when time.Time
}

func watchHands(t *testing.T, a *daemontest.Daemon) *sightings {
	t.Helper()
	c, err := client.Dial(t.Context(), client.Config{Address: a.Command, StopAddress: a.Stop, Name: "witness"})
	if err != nil {
		t.Fatal(err)
	}
	s := &sightings{t, c, make(chan seenAt, 100000)}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for e, err := range c.Subscribe(ctx, 50) {
			if err == nil && e.Kind == client.StateEvent {
				s.ch <- seenAt{e.State, time.Now()}
			}
		}
	})
	t.Cleanup(func() { cancel(); work.Wait(); c.Close() })
	return s
}

func (s *sightings) until(what string, ok func(client.State) bool) seenAt {
	s.t.Helper()
	late := time.After(handsPatience)
	for {
		select {
		case now := <-s.ch:
			if ok(now.State) {
				return now
			}
		case <-late:
			s.t.Fatalf("never %s", what)
		}
	}
}

// stands returns where the arm stands and since when.
func (s *sightings) stands() seenAt {
	s.t.Helper()
	since := seenAt{}
	s.until("at rest", func(now client.State) bool {
		if since.when.IsZero() || now.Position.Sub(since.Position).Norm() > 0.05 {
			since = seenAt{now, time.Now()}
		}
		return time.Since(since.when) > 400*time.Millisecond
	})
	return since
}

// leading has a hand lead the arm, at 60 mm/s, to a target 90 mm away; it returns the arm on
// its way. As a person does, the hand comes to the arm again where a machine that stood for a
// moment has lost it.
func leading(t *testing.T, l *handStream, p *teleoperation, s *sightings) (now seenAt) {
	t.Helper()
	engaged := false
	for late := time.After(handsPatience); ; {
		select {
		case e := <-p.events:
			engaged = e.Clutch == "engaged"
		case now = <-s.ch:
		case <-p.exit:
			t.Fatalf("it ended: %s", p.errs.String())
		case <-late:
			t.Fatalf("it does not lead the arm: %+v", now)
		}
		switch target := now.Target.Y; {
		case !engaged:
			l.at(-now.Position.Y, 0, 0)
		case !now.HasTarget || target > -30:
			l.at(45, 0, 0)
		case target > -80:
			l.at(90, 0, 0)
		case now.Position.Y < -5:
			return now
		}
	}
}

func slowForHands(c *config.Config) { c.Safety.Motion.Speed = 60 }

// heldFrom checks that the arm stands soon after that moment, far from the target.
func heldFrom(t *testing.T, s *sightings, moment time.Time, then seenAt) seenAt {
	t.Helper()
	now := s.stands()
	took, went := now.when.Sub(moment), now.Position.Sub(then.Position).Norm()
	t.Logf("it stands %v later, %.1f mm on", took.Round(time.Millisecond), went)
	if took > 500*time.Millisecond || went > 30 { // 150 ms, 24 ms of braking, and what else runs here
		t.Errorf("it stands %v later, %.1f mm on", took, went)
	}
	return now
}

// A laptop that freezes, and this program killed or stopped: the arm is held. What was stopped
// and goes on does not move it, unless the hand is at the arm.
func TestTeleopHolds(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(l *handStream, p *teleoperation) time.Time
	}{
		{"the laptop freezes", func(l *handStream, p *teleoperation) time.Time { return l.freeze() }},
		{"kill -9", func(l *handStream, p *teleoperation) time.Time { p.signal(syscall.SIGKILL); return time.Now() }},
		{"SIGSTOP", func(l *handStream, p *teleoperation) time.Time { p.signal(syscall.SIGSTOP); return time.Now() }},
		{"Ctrl-C", func(l *handStream, p *teleoperation) time.Time { p.signal(syscall.SIGINT); return time.Now() }},
		{"SIGTERM", func(l *handStream, p *teleoperation) time.Time { p.signal(syscall.SIGTERM); return time.Now() }},
		{"SIGHUP", func(l *handStream, p *teleoperation) time.Time { p.signal(syscall.SIGHUP); return time.Now() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, l := daemontest.Start(t, slowForHands), newHandStream(t)
			s := watchHands(t, a)
			p := startTeleop(t, a, l.Addr().String(), hands100)
			then := leading(t, l, p, s)
			rest := heldFrom(t, s, c.do(l, p), then)
			switch c.name {
			case "Ctrl-C", "SIGTERM":
				if <-p.exit; p.cmd.ProcessState.ExitCode() != exitInterrupted {
					t.Errorf("exit status %v: %s", p.cmd.ProcessState, p.errs.String())
				}
				return
			case "kill -9", "SIGHUP":
				return
			case "SIGSTOP":
				p.signal(syscall.SIGCONT)
			}
			l.at(90, 0, 0)
			p.until("lost and aligning", func(e handsJSON) bool {
				// What a program that stood still hears first is up to the system.
				why := e.Why == "no hand state for 100 ms" || c.name == "SIGSTOP" && e.Why != ""
				return e.Event == "status" && e.Clutch == "aligning" && why && strings.Contains(e.Advice, "left")
			})
			if now := s.stands(); now.Position.Sub(rest.Position).Norm() > 0.1 {
				t.Errorf("it went on from %v to %v", rest.Position, now.Position)
			}
			l.at(-rest.Position.Y, 0, 0)
			p.engaged()
			l.at(-rest.Position.Y-40, 0, 0)
			s.until("led again", func(s client.State) bool { return s.Position.Y > rest.Position.Y+20 })
		})
	}
}

// Another station's stop is told with the way to end it, and the session goes on after it.
func TestTeleopSurvivesAStop(t *testing.T) {
	a, l := daemontest.Start(t, slowForHands), newHandStream(t)
	s := watchHands(t, a)
	p := startTeleop(t, a, l.Addr().String(), hands100)
	leading(t, l, p, s)
	id, err := s.c.Stop(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.until("told", func(e handsJSON) bool {
		return e.Clutch != "engaged" && strings.Contains(e.Advice, fmt.Sprintf("aetherctl reset %d", id))
	})
	rest := s.stands()
	l.at(-rest.Position.Y, 0, 0)
	if err := s.c.Reset(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	p.until("told to leave", func(e handsJSON) bool { return strings.Contains(e.Advice, "take the hand away") })
	l.at(90, 0, 0)
	p.until("apart", func(e handsJSON) bool { return strings.HasPrefix(e.Advice, "move the hand") })
	l.at(-rest.Position.Y, 0, 0)
	p.engaged()
}

// On a terminal one line is written anew; what was recorded is played again.
func TestTeleopOnATerminal(t *testing.T) {
	a, l := daemontest.Start(t), newHandStream(t)
	file := filepath.Join(t.TempDir(), "hands.ndjson")
	cmd := exec.Command("aetherctl", "teleop", "hands", l.Addr().String(), hands100, "--record", file)
	cmd.Env = append(os.Environ(), "AETHERD_ADDRESS="+a.Command, "AETHERD_STOP_ADDRESS="+a.Stop)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	shown := make(chan string, 10000)
	go func() {
		defer close(shown)
		buf := make([]byte, 4096)
		for {
			n, err := terminal.Read(buf)
			if err != nil {
				return
			}
			shown <- string(buf[:n])
		}
	}()
	all := ""
	expect := func(want string) {
		t.Helper()
		re, late := regexp.MustCompile(want), time.After(handsPatience)
		for !re.MatchString(all) {
			select {
			case text, more := <-shown:
				if all += text; !more {
					t.Fatalf("it ended without %s: %q", want, all)
				}
			case <-late:
				t.Fatalf("never %s: %q", want, all)
			}
		}
	}
	expect(`laptop connected`)
	expect(`waiting for a hand: show the hand to the camera`)
	l.at(60, 0, 0)
	expect(`aligning: move the hand 60 mm left \(60 mm\)`)
	l.at(0, 0, 0)
	expect(`ENGAGED +\d+ mm behind  arm 200 0 150  hand 200 0 150  target 200 0 150  left open`)
	if _, err := terminal.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	expect(`\d+ frames, 0 of them unreadable; \d+ targets sent, 0 frames dropped\r\naetherctl: interrupted`)
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit status %d", code)
	}
	for _, line := range regexp.MustCompile(`\r\n|\r`).Split(all, -1) {
		if len([]rune(line)) > 100 && !strings.Contains(line, "lead to") && !strings.Contains(line, "The arm follows") {
			t.Errorf("wider than the terminal: %q", line)
		}
	}
	played, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer played.Close()
	if p, err := teleop.NewPlayer(played); err != nil || p.First().X != 60 {
		t.Errorf("recorded: %v", err)
	}
}

func TestHandsStatusLine(t *testing.T) {
	arm := hands.Arm{Position: safety.Point{X: 200.4, Y: -0.3, Z: 150}}
	for _, c := range []struct {
		status teleop.Status
		want   string
	}{
		{teleop.Status{}, "no daemon  arm 0 0 0  left no hand"},
		{teleop.Status{DaemonUp: true}, "no laptop  arm 0 0 0  left no hand"},
		{teleop.Status{DaemonUp: true, SourceUp: true, Status: hands.Status{Arm: arm}},
			"waiting for a hand: show the hand to the camera  arm 200 0 150  left no hand"},
		{teleop.Status{DaemonUp: true, SourceUp: true, Latency: 1500 * time.Microsecond, Status: hands.Status{State: hands.Engaged, Seen: true, Arm: arm,
			Hand: safety.Point{X: 210}, Target: safety.Point{X: 209}, Distance: 10, Grab: hands.Open, Dropped: 2, Bad: 1}},
			"ENGAGED   10 mm behind  arm 200 0 150  hand 210 0 0 (no depth)  target 209 0 0  left open  1.5 ms  2 dropped  1 bad"},
		{teleop.Status{DaemonUp: true, SourceUp: true, Status: hands.Status{State: hands.Aligning, Seen: true, HasZ: true, Arm: arm, Outside: 44}},
			"aligning: the arm is 44 mm outside of the box, where no hand gets: move it in, or give another --box  arm 200 0 150  hand 0 0 0  left no hand"},
		{teleop.Status{DaemonUp: true, SourceUp: true, Status: hands.Status{State: hands.Aligning, Arm: hands.Arm{Blocked: "pult has control"}}},
			"aligning: pult has control  left no hand"},
	} {
		if got := statusLine(&c.status); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}
