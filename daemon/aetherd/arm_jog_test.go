package main

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// untilTurning waits until a joint has turned for a while.
func untilTurning(t *testing.T, a *armtest.Process) armtest.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	moving := 0
	e, err := a.WaitFor(ctx, func(e armtest.Event) bool {
		if e.V > 0 {
			moving++
		}
		return moving > 50
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestArmJogKilled: after kill -9 a jogged joint stands within 0.1 s, what it lags, and what the
// machine is busy with. It would turn for another second and more.
func TestArmJogKilled(t *testing.T) {
	t.Parallel()
	a := startServos(t)
	jog := exec.Command(aetherd(t), "arm", "jog", "--yes", "--port", a.Path(), "--id", "3", "--by", "30", "--speed", "20")
	if err := jog.Start(); err != nil {
		t.Fatal(err)
	}
	from := untilTurning(t, a)
	_ = jog.Process.Kill()
	_ = jog.Wait()
	killed := a.Now()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	e, err := a.WaitFor(ctx, armtest.Is(armtest.EvRest))
	if err != nil {
		t.Fatal(err)
	}
	if after := time.Duration(e.T) - killed; after > 500*time.Millisecond {
		t.Errorf("rests %v later", after)
	}
	if way := e.Joints[2] - from.Joints[2]; way > 0.25 {
		t.Errorf("turned %.2f rad farther, of 0.5", way)
	}
}

// TestArmJogStopped: Ctrl-C stops it, and it holds.
func TestArmJogStopped(t *testing.T) {
	t.Parallel()
	a := startServos(t)
	term := atTerminal(t, "arm", "jog", "--port", a.Path(), "--id", "2", "--by", "-30", "--speed", "20")
	term.expect("servo 2 (ST3215) goes from 180.0° (2048 counts) to 150.0° (1707 counts), at 20°/s.")
	term.expect("Move it? [y/N] ")
	term.enter("y")
	untilTurning(t, a)
	if _, err := term.master.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	term.expect(", and holds.")
	if code := term.exit(); code != 0 {
		t.Errorf("exit %d:\n%s", code, term.all())
	}
	if at := a.Last().Joints[1]; at < 155*3.14159/180 {
		t.Errorf("went on to %v rad", at)
	}
}

// TestArmPortInUse: while the daemon runs, nothing here gets at the port.
func TestArmPortInUse(t *testing.T) {
	t.Parallel()
	tty := t.TempDir() + "/tty"
	a := grblKind.newArm(t, tty)
	start(t, grblKind.drives(a)...)
	for _, args := range [][]string{
		{"arm", "scan", "--port", tty},
		{"arm", "calibrate", "--yes", "--port", tty},
		{"arm", "jog", "--yes", "--port", tty, "--id", "1"},
	} {
		out, err := exec.Command(aetherd(t), args...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "aetherd is running on this port; stop it first") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}
