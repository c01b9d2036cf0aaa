//go:build linux

// Package python_test runs the tests of the Python client as part of go test.
package python_test

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

	"github.com/aether-arm/aetherd/daemon"
)

// program is linked into the test binary because the daemon runs in a process of its own:
// go test takes a result from its cache as long as the test binary is the same.
var program = daemon.Run

// patience bounds one module of tests, which takes seconds.
const patience = 2 * time.Minute

// TestPython runs every module of tests, each in a process of its own, against the real daemon.
func TestPython(t *testing.T) {
	runtime.KeepAlive(program)
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: the Python client is not tested")
	}
	if out, err := exec.Command(python, "-c", "import sys; assert sys.version_info >= (3, 9), sys.version").CombinedOutput(); err != nil {
		t.Skipf("the Python client needs Python 3.9: %s", out)
	}
	readSources(t)
	aetherd := filepath.Join(t.TempDir(), "aetherd")
	if out, err := exec.Command("go", "build", "-o", aetherd, "../../daemon/aetherd").CombinedOutput(); err != nil {
		t.Fatalf("build aetherd: %v\n%s", err, out)
	}
	modules, err := filepath.Glob("tests/test_*.py")
	if err != nil || len(modules) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	for _, module := range modules {
		name := strings.TrimSuffix(filepath.Base(module), ".py")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runModule(t, python, aetherd, "tests."+name)
		})
	}
}

func runModule(t *testing.T, python, aetherd, module string) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "-W", "error::ResourceWarning", "-m", "unittest", module)
	cmd.Env = append(os.Environ(), "AETHERD="+aetherd, "PYTHONDONTWRITEBYTECODE=1")
	cmd.WaitDelay = time.Second // a daemon that outlives a broken test keeps its output open
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("python3 -m unittest %s: %v\n%s", module, err, out)
	}
	t.Logf("%s", out)
}

// readSources reads what the tests depend on, so that go test sees when it changes.
func readSources(t *testing.T) {
	files := []string{"../../docs/protocol.md", "../../README.md"}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.Contains(path, "__pycache__") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, err := os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
}
