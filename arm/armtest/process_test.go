package armtest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/safety"
)

// TestOutlivesItsDriver: kill -9 of the process that drives it stops
// nothing, and the port can be used again.
func TestOutlivesItsDriver(t *testing.T) {
	p := startGrbl(t, grblemu.Config{})
	driver := exec.Command("sh", "-c", `exec 3<>"$0"; printf '$J=X100 F6000\n' >&3; exec sleep 1000`, p.Path())
	if err := driver.Start(); err != nil {
		t.Fatal(err)
	}
	w := worldTest{T: t, world: p}
	w.await(armtest.Is(armtest.EvStart))
	if err := driver.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = driver.Wait()
	died := p.Now()
	rest := w.await(armtest.Is(armtest.EvRest))
	if rest.X != 100 {
		t.Errorf("rests at %g mm, want 100", rest.X)
	}
	if time.Duration(rest.T) < died {
		t.Errorf("came to rest %v before its driver died: the test shows nothing", died-time.Duration(rest.T))
	}
}

// TestRelease: the exclusive use that a killed driver leaves is taken back.
func TestRelease(t *testing.T) {
	p := startGrbl(t, grblemu.Config{})
	f, err := os.OpenFile(p.Path(), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	exclusive := func() int {
		n, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGEXCL)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := unix.IoctlSetInt(int(f.Fd()), unix.TIOCEXCL, 0); err != nil || exclusive() != 1 {
		t.Fatalf("not exclusive: %v", err)
	}
	p.Command("release")
	if exclusive() != 0 {
		t.Error("still exclusive")
	}
}

// TestReplacement: another board under the same link.
func TestReplacement(t *testing.T) {
	link := filepath.Join(t.TempDir(), "tty")
	first := startGrbl(t, grblemu.Config{}, armtest.Link(link))
	first.Command("close")
	if _, err := os.Lstat(link); err == nil {
		t.Error("the link is still there after close")
	}
	second := startGrbl(t, grblemu.Config{Locked: true, Position: safety.Point{X: 1, Y: -2, Z: 3.5}}, armtest.Link(link))
	target, err := os.Readlink(second.Path())
	if err != nil || target != second.Pty() {
		t.Errorf("the link leads to %q, %v; want %q", target, err, second.Pty())
	}
	w := worldTest{T: t, world: second}
	if e := w.await(armtest.Is(armtest.EvState, "Alarm")); e.Position() != (safety.Point{X: 1, Y: -2, Z: 3.5}) {
		t.Errorf("starts at %+v", e)
	}
	if _, err := first.WaitFor(context.Background(), armtest.Is(armtest.EvState, "Idle")); err != nil {
		t.Errorf("the first board: %v", err)
	}
	first.Kill()
	if _, err := first.WaitFor(context.Background(), armtest.Is(armtest.EvRest)); err == nil {
		t.Error("waiting for a dead board: no error")
	}
}

// TestLogFile: the log file has the events, one a line, of both boards that
// wrote to it.
func TestLogFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	var want []armtest.Event
	for range 2 {
		p := startGrbl(t, grblemu.Config{}, armtest.Log(path))
		p.Command("error-next 1")
		p.Kill()
		want = append(want, p.Events()...)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []armtest.Event
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e armtest.Event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		got = append(got, e)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-events +log)\n%s", diff)
	}
}

// TestRefusesCommands: what is not understood is told.
func TestRefusesCommands(t *testing.T) {
	p := startGrbl(t, grblemu.Config{}, armtest.Faults("mute", "slow-ok 5"))
	for _, text := range []string{"nonsense", "alarm", "garbage x", "replug"} {
		p.Say(text)
		(worldTest{T: t, world: p}).await(armtest.Is(armtest.EvRefused))
	}
}
