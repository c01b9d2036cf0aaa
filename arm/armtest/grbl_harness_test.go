package armtest

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/safety"
)

// TestGrblOutlivesItsDriver: kill -9 of the process that drives it stops
// nothing, and the port can be used again.
func TestGrblOutlivesItsDriver(t *testing.T) {
	g := StartGrbl(t)
	driver := exec.Command("sh", "-c", `exec 3<>"$0"; printf '$J=X100 F6000\n' >&3; exec sleep 1000`, g.Path())
	if err := driver.Start(); err != nil {
		t.Fatal(err)
	}
	w := worldTest{T: t, grblWorld: g}
	w.await(GrblIs(GrblStart))
	if err := driver.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = driver.Wait()
	died := g.Now()
	rest := w.await(GrblIs(GrblRest))
	if rest.X != 100 {
		t.Errorf("rests at %g mm, want 100", rest.X)
	}
	if time.Duration(rest.T) < died {
		t.Errorf("came to rest %v before its driver died: the test shows nothing", died-time.Duration(rest.T))
	}
}

// TestGrblRelease: the exclusive use that a killed driver leaves is taken back.
func TestGrblRelease(t *testing.T) {
	g := StartGrbl(t)
	f, err := os.OpenFile(g.Path(), os.O_RDWR|unix.O_NOCTTY, 0)
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
	g.Command("release")
	if exclusive() != 0 {
		t.Error("still exclusive")
	}
}

// TestGrblReplacement: another board under the same link.
func TestGrblReplacement(t *testing.T) {
	link := filepath.Join(t.TempDir(), "tty")
	first := StartGrbl(t, GrblLink(link))
	first.Command("close")
	if _, err := os.Lstat(link); err == nil {
		t.Error("the link is still there after close")
	}
	second := StartGrbl(t, GrblLink(link), GrblLocked(), GrblAt(safety.Point{X: 1, Y: -2, Z: 3.5}))
	target, err := os.Readlink(second.Path())
	if err != nil || target != second.pty {
		t.Errorf("the link leads to %q, %v; want %q", target, err, second.pty)
	}
	w := worldTest{T: t, grblWorld: second}
	if e := w.await(GrblIs(GrblState, "Alarm")); e.Position() != (safety.Point{X: 1, Y: -2, Z: 3.5}) {
		t.Errorf("starts at %+v", e)
	}
	if _, err := first.WaitFor(context.Background(), GrblIs(GrblState, "Idle")); err != nil {
		t.Errorf("the first board: %v", err)
	}
	first.Kill()
	if _, err := first.WaitFor(context.Background(), GrblIs(GrblRest)); err == nil {
		t.Error("waiting for a dead board: no error")
	}
}

// TestGrblLogFile: the log file has the events, one a line, of both boards that
// wrote to it.
func TestGrblLogFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	var want []GrblEvent
	for range 2 {
		g := StartGrbl(t, GrblLog(path))
		g.Command("error-next 1")
		g.Kill()
		want = append(want, g.Events()...)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []GrblEvent
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e GrblEvent
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		got = append(got, e)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-events +log)\n%s", diff)
	}
}

// TestGrblRefusesCommands: what is not understood is told.
func TestGrblRefusesCommands(t *testing.T) {
	g := StartGrbl(t, GrblFaults("mute", "slow-ok 5"))
	for _, text := range []string{"nonsense", "alarm", "garbage x", "replug"} {
		fmt.Fprintln(g.stdin, text)
		(worldTest{T: t, grblWorld: g}).await(GrblIs(GrblRefused))
	}
}

// TestGrblFlags: what the harness passes is what the command reads.
func TestGrblFlags(t *testing.T) {
	want := grblConfig([]GrblOption{
		GrblSetting(120, 333.25), GrblSetting(20, 1), GrblHAL(), GrblBanner(), GrblLocked(),
		GrblAt(safety.Point{X: -1.5, Z: 1e-3}), GrblWorkOffset(safety.Point{Y: 2}),
		GrblFaults("hang", "slow-ok 10"), GrblLink("l"), GrblLog("f"),
	})
	var got GrblConfig
	fs := flag.NewFlagSet("grblemu", flag.ContinueOnError)
	got.BindFlags(fs)
	if err := fs.Parse(want.args()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
