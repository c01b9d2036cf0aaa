package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aether-arm/aetherd/deploy/tool"
)

const root = "../.."

// work has what the tests share: the package of this machine's architecture, made once.
var work string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if work, err = os.MkdirTemp("", "aetherd-deb-test"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(work)
		return m.Run()
	}())
}

type made struct {
	path  string // of the package
	files string // where it is unpacked
	arch  architecture
	rel   release
}

var makeOnce = sync.OnceValues(func() (made, error) {
	ctx := context.Background()
	top, err := filepath.Abs(root)
	if err != nil {
		return made{}, err
	}
	here, err := native()
	if err != nil {
		return made{}, err
	}
	rel, err := releaseOf(ctx, top)
	if err != nil {
		return made{}, err
	}
	stage := filepath.Join(work, "stage")
	if err := stagePackages(ctx, top, rel, []architecture{here}, stage); err != nil {
		return made{}, err
	}
	m := made{filepath.Join(work, "aetherd.deb"), filepath.Join(work, "files"), here, rel}
	if err := pack(ctx, top, rel, here, stage, m.path); err != nil {
		return made{}, err
	}
	_, err = output(ctx, ".", "dpkg-deb", "--extract", m.path, m.files)
	return m, err
})

// thePackage makes the package of this machine's architecture, unless another test has.
func thePackage(t *testing.T) made {
	t.Helper()
	if testing.Short() {
		t.Skip("makes the package")
	}
	if _, err := native(); err != nil {
		t.Skip(err)
	}
	tool.Need(t, "git", "git")
	tool.Need(t, "dpkg-deb", "dpkg")
	m, err := makeOnce()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// combined returns what a program prints, on both outputs, and whether it failed.
func combined(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	return strings.TrimRight(string(out), "\n"), err
}

// must returns what a program that has to succeed prints.
func must(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := combined(t, name, args...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return out
}
