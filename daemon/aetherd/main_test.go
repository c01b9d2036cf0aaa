package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/arm/armtest/marlinemu"
	"github.com/aether-arm/aetherd/arm/armtest/roarmemu"
	"github.com/aether-arm/aetherd/arm/armtest/uarmemu"
)

// programs are what the tests run in processes of their own. They are linked into the test
// binary as well, because go test takes a result from its cache as long as that is the same.
var programs = []any{main, armtest.Run, feetechemu.New, grblemu.New, marlinemu.New, roarmemu.New, uarmemu.New}

// binDir holds the binary that the tests start.
var binDir string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "aetherd-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binDir = dir
	runtime.KeepAlive(programs)
	// The tests wait, for motion and for its absence, and use little of a processor.
	_ = flag.Set("test.parallel", "4")
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// aetherd returns the path of the binary, which the first call builds.
func aetherd(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var build = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(binDir, "aetherd")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build aetherd: %w\n%s", err, out)
	}
	return path, nil
})
