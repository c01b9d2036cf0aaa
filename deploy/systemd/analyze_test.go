package systemd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/aether-arm/aetherd/deploy/tool"
)

// put writes a file below a directory.
func put(t testing.TB, dir, path, text string, mode os.FileMode) {
	t.Helper()
	path = filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// systemd finds nothing to say about the unit, in a tree that has what the unit runs and
// systemd's own targets.
func TestVerify(t *testing.T) {
	analyze := tool.Need(t, "systemd-analyze", "systemd")
	dir := t.TempDir()
	const units = "usr/lib/systemd/system/"
	put(t, dir, units+unitFile, read(t, unitFile), 0o644)
	for _, program := range []string{"usr/bin/aetherd", "usr/bin/kill"} {
		put(t, dir, program, "#!/bin/sh\n", 0o755)
	}
	for from, to := range map[string]string{"bin": "usr/bin", "lib": "usr/lib"} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	targets, err := filepath.Glob("/lib/systemd/system/*.target")
	if err != nil || len(targets) == 0 {
		t.Fatalf("systemd's targets: %q, %v", targets, err)
	}
	for _, target := range targets {
		put(t, dir, units+filepath.Base(target), read(t, target), 0o644)
	}
	// The manual pages are the package's.
	out, err := exec.Command(analyze, "verify", "--man=no", "--root="+dir, unitFile).CombinedOutput()
	if err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
}

// maxExposure is the most that the unit may be exposed, of 10.
const maxExposure = 2.0

func TestExposure(t *testing.T) {
	analyze := tool.Need(t, "systemd-analyze", "systemd")
	out, err := exec.Command(analyze, "security", "--offline=true", "--no-pager", unitFile).CombinedOutput()
	m := regexp.MustCompile(`Overall exposure level for aetherd\.service: ([0-9.]+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("systemd-analyze security: %v\n%s", err, out)
	}
	exposure, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	if exposure > maxExposure {
		t.Errorf("exposure %.1f, want at most %.1f:\n%s", exposure, maxExposure, out)
	}
}
