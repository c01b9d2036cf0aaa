//go:build image

package image

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/safety"
)

// arm is the emulator of an arm with a Grbl controller, plugged into the machine: a process in
// it, on a pty of it.
type arm struct {
	link  string // as this process sees it
	cmd   *exec.Cmd
	stdin io.WriteCloser
	ended chan struct{} // closed when the emulator and its events have ended

	mu     sync.Mutex
	events []armtest.Event
}

// home is where the arm stands when it is switched on, in mm.
var home = safety.Point{Z: 100}

// device is the arm's serial port, as the udev rule names it.
const device = "/dev/aether-arm"

// armConfig is what an administrator writes for that arm. Speed is the limit in mm/s. The deadlines
// are far above their defaults: on a machine that is busy, things take what they take.
func armConfig(speed string) string {
	return `# The arm of the test.
[safety]
start = "stopped"
lease_ms = 20000
deadman_ms = 20000
[safety.workspace]
x = [-300, 300]
y = [-300, 300]
z = [0, 300]
[safety.motion]
speed = ` + speed + `
[arm]
name = "bench"
driver = "grbl"
write_deadline_ms = 1000
[arm.serial]
port = "` + device + `"
`
}

// horizon is the longest that the arm may go on when nothing drives it: arm.horizon_ms, which
// armConfig leaves at its default.
const horizon = 100 * time.Millisecond

// armemu builds the emulator.
var armemu = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "armemu")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "armemu")
	build := exec.CommandContext(interrupted, "go", "build", "-o", file, "github.com/aether-arm/aetherd/arm/armtest/armemu")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // the container's libc may be older
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// plug switches an arm on and connects it, and does what udev does then: the group, the mode, the
// link. The arm stays until it is unplugged.
func (m *machine) plug() *arm {
	m.t.Helper()
	binary, err := armemu()
	if err != nil {
		m.t.Fatalf("build armemu: %v", err)
	}
	m.write("/run/armemu", string(binary), 0o755)
	config, err := json.Marshal(grblemu.Config{
		Position: home,
		Settings: map[int]float64{110: 30000, 111: 30000, 112: 30000, 120: 20000, 121: 20000, 122: 20000},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	a := &arm{link: m.path(device), ended: make(chan struct{})}
	a.cmd = m.command(interrupted, "/run/armemu", "grbl", "-stdin", "-config", string(config))
	if a.stdin, err = a.cmd.StdinPipe(); err != nil {
		m.t.Fatal(err)
	}
	stdout, err := a.cmd.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	if err := a.cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(a.unplug)
	lines := bufio.NewScanner(stdout)
	var first struct{ Pty string }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &first) != nil || first.Pty == "" {
		m.t.Fatalf("armemu did not get ready: %q", lines.Text())
	}
	go a.follow(lines)
	m.must("sh", "-ec", `chgrp dialout "$1" && chmod 0660 "$1" && ln -s "$1" `+device, "sh", first.Pty)
	return a
}

// follow takes the events until the emulator ends.
func (a *arm) follow(lines *bufio.Scanner) {
	defer close(a.ended)
	for lines.Scan() {
		var e armtest.Event
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			a.mu.Lock()
			a.events = append(a.events, e)
			a.mu.Unlock()
		}
	}
}

// unplug pulls the cable and switches the arm off. The device goes, and udev takes the link.
func (a *arm) unplug() {
	select {
	case <-a.ended:
		return
	default:
	}
	_ = a.stdin.Close()
	<-a.ended
	_ = a.cmd.Wait()
	_ = os.Remove(a.link)
}

// release takes back the exclusive use of the pty that a daemon leaves which did not close it.
// That of a real port ends with the process; a pty keeps it for as long as the other side is open.
func (a *arm) release(m *machine) {
	m.t.Helper()
	if _, err := io.WriteString(a.stdin, "release\n"); err != nil {
		m.t.Fatal(err)
	}
	m.until("the pty to be released", func() bool {
		return slices.ContainsFunc(a.since(0), armtest.Is(armtest.EvFault, "release"))
	})
}

// since returns what has happened to the arm from then on.
func (a *arm) since(then time.Duration) (events []armtest.Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	first, _ := slices.BinarySearchFunc(a.events, int64(then), func(e armtest.Event, t int64) int { return int(e.T - t) })
	return slices.Clone(a.events[first:])
}

// at returns where the arm is, truly.
func (a *arm) at() safety.Point {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.events) == 0 {
		return home
	}
	return a.events[len(a.events)-1].Position()
}

// wantStill checks that the arm has not moved since then.
func (a *arm) wantStill(t *testing.T, what string, then time.Duration) {
	t.Helper()
	events := a.since(then)
	if i := slices.IndexFunc(events, func(e armtest.Event) bool { return e.V > 0 }); i >= 0 {
		t.Errorf("%s: the arm moves, %v later, at %v with %.1f mm/s",
			what, time.Duration(events[i].T)-then, events[i].Position(), events[i].V)
	}
}
