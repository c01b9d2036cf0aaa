//go:build linux

// Package ros2_test runs the tests of the ROS 2 bridge as part of go test.
package ros2_test

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/daemon"
)

// program is linked into the test binary because the daemon runs in a process of its own:
// go test takes a result from its cache as long as the test binary is the same.
var program = daemon.Run

// patience bounds one module of tests, which takes seconds.
const patience = 2 * time.Minute

// servos stand as POSTURE in test_arm.py has it, with the zeros of deploy/arms/aether.toml.
var servos = feetechemu.Config{Servos: []feetechemu.Servo{
	{ID: 1, Position: 2048},
	{ID: 2, Position: 1024 + 782},
	{ID: 3, Position: 3072 - 1239},
	{ID: 4, Position: 2048 - 456},
	{ID: 5, Position: 2048},
}}

// TestBridge runs every module of tests, each in a process of its own, against the real daemon and
// stand-ins for ROS.
func TestBridge(t *testing.T) {
	runtime.KeepAlive(program)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the ROS 2 bridge is not tested")
	}
	if out, err := exec.Command(python, "-c", "import sys; assert sys.version_info >= (3, 10), sys.version").CombinedOutput(); err != nil {
		t.Skipf("the ROS 2 bridge needs Python 3.10: %s", out)
	}
	readSources(t)
	aetherd := filepath.Join(t.TempDir(), "aetherd")
	if out, err := exec.Command("go", "build", "-o", aetherd, "../../daemon/aetherd").CombinedOutput(); err != nil {
		t.Fatalf("build aetherd: %v\n%s", err, out)
	}
	bus := armtest.Start(t, "feetech", servos, armtest.Link(filepath.Join(t.TempDir(), "tty")))
	modules, err := filepath.Glob("aether_bridge/test/test_*.py")
	if err != nil || len(modules) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	t.Run("modules", func(t *testing.T) { // which ends after the parallel ones
		for _, module := range modules {
			name := filepath.Base(module)
			t.Run(strings.TrimSuffix(name, ".py"), func(t *testing.T) {
				t.Parallel()
				runModule(t, python, name, "AETHERD="+aetherd, "AETHER_TTY="+bus.Path())
			})
		}
	})
}

func runModule(t *testing.T, python, module string, environment ...string) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "-W", "error::ResourceWarning", "-m", "unittest", "discover", "-s", "test", "-p", module)
	cmd.Dir = "aether_bridge"
	cmd.Env = append(append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1"), environment...)
	cmd.WaitDelay = time.Second // a daemon that outlives a broken test keeps its output open
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("python3 -m unittest discover -s test -p %s: %v\n%s", module, err, out)
	}
	if strings.Contains(string(out), "skipped=") || strings.Contains(string(out), "Ran 0 tests") {
		t.Fatalf("tests of %s were not run:\n%s", module, out)
	}
	t.Logf("%s", out)
}

// readSources reads what the tests depend on, so that go test sees when it changes.
func readSources(t *testing.T) {
	files := []string{"../../deploy/arms/aether.toml"}
	for _, folder := range []string{".", "../python/aetherd", "../python/tests"} {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !strings.Contains(path, "__pycache__") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range files {
		if _, err := os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
}
