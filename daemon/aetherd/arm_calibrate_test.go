package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/daemon/config"
)

// notMeasured is a configuration that lacks what is measured.
const notMeasured = `# mine
[arm]
driver = "feetech"
[arm.serial]
port = "%s"
baud = 1000000

[arm.feetech.base]
torque_percent = 60  # goes

# What it may reach.
[safety.workspace]
x = [200, 201]
y = [0, 1]
z = [200, 201]
`

// turn lets a hand turn a servo, and waits until it has.
func turn(t *testing.T, a *armtest.Process, id, by int) {
	t.Helper()
	a.Skip()
	a.Command(fmt.Sprintf("turn %d %d", id, by))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := a.WaitFor(ctx, armtest.Is(armtest.EvRest)); err != nil {
		t.Fatal(err)
	}
}

// begun is a calibration at a terminal, with the torque off.
func begun(t *testing.T) (term *screen, a *armtest.Process, path string) {
	t.Helper()
	a = startServos(t)
	path = filepath.Join(t.TempDir(), "aetherd.toml")
	if err := os.WriteFile(path, fmt.Appendf(nil, notMeasured, a.Path()), 0o644); err != nil {
		t.Fatal(err)
	}
	term = atTerminal(t, "arm", "calibrate", "-c", path)
	for _, answer := range []struct{ prompt, line string }{
		{"base [1]: ", ""}, {"shoulder [2]: ", "2"}, {"elbow [3]: ", ""}, {"wrist [4]: ", ""}, {"[none]: ", "5"}, {"Do you hold it? [y/N] ", "y"},
	} {
		term.expect(answer.prompt)
		term.enter(answer.line)
	}
	term.expect("The torque is off.")
	term.expect("Base: move it by hand")
	return term, a, path
}

// TestArmCalibrate measures an arm from beginning to end. What is written is a configuration that loads.
func TestArmCalibrate(t *testing.T) {
	if testing.Short() {
		t.Skip("hands take their time")
	}
	t.Parallel()
	term, a, path := begun(t)
	directions := []int{1, -1, -1, 1}
	for id, joint := range []string{"Base", "Shoulder", "Elbow", "Wrist"} {
		term.expect(map[bool]string{true: "", false: joint + ": move it by hand"}[joint == "Base"])
		turn(t, a, id+1, -400)
		term.expect("  1648 counts") // live
		turn(t, a, id+1, 800)
		term.expect("from 1648 to 2448: 70.3°")
		term.enter("")
		turn(t, a, id+1, -400)
	}
	term.expect("Hold it there, and press Enter.")
	term.enter("")
	for id, joint := range []string{"Base", "Shoulder", "Elbow", "Wrist"} {
		term.expect("\n" + joint + ": ")
		turn(t, a, id+1, 60*directions[id])
		term.enter("")
	}
	term.expect("Claw: open it")
	turn(t, a, 5, 200)
	term.enter("")
	term.expect("Claw: close it")
	turn(t, a, 5, -150)
	term.enter("")
	for _, answer := range []struct{ prompt, line string }{
		{"origin: ", "100"}, {"[0]: ", ""}, {"elbow's axis: ", "120"}, {"wrist's axis: ", "120"}, {"tool point: ", "80"},
	} {
		term.expect(answer.prompt)
		term.enter(answer.line)
	}
	term.expect("Check it")
	term.expect("tool 183, 17, 263 mm") // base 5.3°, shoulder 95.3°, elbow -84.7°, wrist 5.3°
	term.enter("")
	term.expect("Put these tables into " + path)
	term.enter("y")
	term.expect("is written; the old file is " + path + ".bak.")
	term.expect("Next: aetherd check -c " + path)
	if code := term.exit(); code != 0 {
		t.Errorf("exit %d", code)
	}
	got, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default().Arm.Feetech
	want.Links = config.FeetechLinks{Height: 100, Upper: 120, Fore: 120, Hand: 80}
	joint := func(j *config.FeetechJoint, zero, direction int, least, most float64) {
		j.Zero, j.Direction, j.Min, j.Max = zero, direction, least, most
	}
	joint(&want.Base, 2048, 1, -31.1, 31.1)
	joint(&want.Shoulder, 3072, -1, 58.9, 121.1)
	joint(&want.Elbow, 1024, -1, -121.1, -58.9)
	joint(&want.Wrist, 2048, 1, -31.1, 31.1)
	want.Base.Torque = 60
	want.Claw.ID, want.Claw.Open, want.Claw.Closed = 5, 2248, 2098
	if diff := cmp.Diff(want, got.Arm.Feetech); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if out, err := exec.Command(aetherd(t), "check", "--offline", "-c", path).CombinedOutput(); err != nil {
		t.Errorf("check: %v\n%s", err, out)
	}
	if doc, err := os.ReadFile(path); err != nil || !strings.Contains(string(doc), "\n# What it may reach.\n[safety.workspace]\nx = [200, 201]\n") {
		t.Errorf("%s, %v", doc, err)
	}
}

// TestArmCalibrateCtrlC: the file is as it was, and the torque stays off.
func TestArmCalibrateCtrlC(t *testing.T) {
	t.Parallel()
	term, a, path := begun(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	turn(t, a, 1, 200)
	term.expect("2248")
	if _, err := term.master.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
	term.expect("interrupted; nothing was written; the torque is off")
	if code := term.exit(); code != 1 {
		t.Errorf("exit %d", code)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("%s, %v", after, err)
	}
	if _, err := os.Stat(path + ".bak"); err == nil {
		t.Error("there is a backup")
	}
	turn(t, a, 1, 10) // it would be refused of a servo that holds
}
