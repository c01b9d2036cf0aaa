//go:build image

package image

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// deb returns the newest package in dist/ for an architecture of Debian.
func deb(t *testing.T, architecture string) (file string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("..", "..", "dist", "aetherd_*_"+architecture+".deb"))
	if err != nil {
		t.Fatal(err)
	}
	var newest os.FileInfo
	for _, f := range found {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if newest == nil || info.ModTime().After(newest.ModTime()) {
			newest, file = info, f
		}
	}
	if newest == nil {
		t.Fatalf("there is no package for %s in dist/: run make deb", architecture)
	}
	return file
}

// native is the architecture of this machine, as Debian calls it.
func native(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(onHost(t, "dpkg", "--print-architecture"))
}

// repack makes a package of another version out of file. Change may do something to its tree
// before.
func repack(t *testing.T, file, version string, change func(tree string)) (repacked string) {
	t.Helper()
	tree := filepath.Join(t.TempDir(), "tree")
	onHost(t, "dpkg-deb", "--raw-extract", file, tree)
	control := filepath.Join(tree, "DEBIAN", "control")
	text, err := os.ReadFile(control)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "Version: ") {
			lines[i] = "Version: " + version
		}
	}
	if err := os.WriteFile(control, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(tree)
	}
	repacked = filepath.Join(t.TempDir(), "aetherd.deb")
	onHost(t, "dpkg-deb", "--build", "--root-owner-group", "-Znone", tree, repacked)
	return repacked
}

// onHost runs a program outside of any machine.
func onHost(t *testing.T, argv ...string) string {
	t.Helper()
	out, err := exec.CommandContext(interrupted, argv[0], argv[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", argv, err, out)
	}
	return string(out)
}
