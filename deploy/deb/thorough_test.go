//go:build deb

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aether-arm/aetherd/deploy/tool"
)

var all = []architecture{architectures["amd64"], architectures["arm64"], architectures["armhf"]}

// checkout copies what git would have in a fresh clone, and what is not committed yet.
func checkout(t *testing.T, dir string) string {
	t.Helper()
	for _, name := range strings.Split(must(t, "git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"), "\n") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// packages makes all of them from the source in dir and returns where they are.
func packages(t *testing.T, dir string, rel release) []string {
	t.Helper()
	stage, out := t.TempDir(), t.TempDir()
	if err := stagePackages(t.Context(), dir, rel, all, stage); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, arch := range all {
		path := filepath.Join(out, "aetherd_"+arch.debian+".deb")
		if err := pack(t.Context(), dir, rel, arch, stage, path); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// TestReproducible makes every package from two copies of the source: the second one in a longer
// path, with another umask, time zone, locale and home, and by compilers that have nothing in
// their cache.
func TestReproducible(t *testing.T) {
	rel, err := releaseOf(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	cached := strings.Fields(must(t, "go", "env", "GOCACHE", "GOMODCACHE"))
	first := packages(t, checkout(t, t.TempDir()), rel)

	t.Setenv("GOCACHE", t.TempDir())
	t.Setenv("GOMODCACHE", cached[1])
	t.Setenv("HOME", t.TempDir())
	t.Setenv("TZ", "Pacific/Auckland")
	t.Setenv("LC_ALL", "C")
	t.Setenv("USER", "somebody")
	defer syscall.Umask(syscall.Umask(0o077))
	second := packages(t, checkout(t, filepath.Join(t.TempDir(), "another", "directory", "of another name")), rel)
	for i := range first {
		sameBytes(t, first[i], second[i])
	}
}

// TestEveryArchitecture holds the packages for each architecture against lintian, and
// runs their programs.
func TestEveryArchitecture(t *testing.T) {
	rel, err := releaseOf(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	// The oldest processors that the names stand for: a Raspberry Pi 3 and the first one.
	emulator := map[string][]string{
		"amd64": nil,
		"arm64": {tool.Need(t, "qemu-aarch64-static", "qemu-user-static"), "-cpu", "cortex-a53"},
		"armhf": {tool.Need(t, "qemu-arm-static", "qemu-user-static"), "-cpu", "arm1176"},
	}
	for i, path := range packages(t, root, rel) {
		name := all[i].debian
		lintian(t, path)
		if got := must(t, "dpkg-deb", "--field", path, "Architecture"); got != name {
			t.Errorf("%s: the package is for %s", name, got)
		}
		files := filepath.Join(t.TempDir(), name)
		must(t, "dpkg-deb", "--extract", path, files)
		for _, c := range [][]string{{"aetherd", "version"}, {"aetherd", "check", "--offline"}, {"aetherctl", "--version"}} {
			line := slices.Concat(emulator[name], []string{filepath.Join(files, "usr/bin", c[0])}, c[1:])
			if out := must(t, line[0], line[1:]...); !strings.Contains(out, rel.version) && c[1] != "check" {
				t.Errorf("%s %s: %s", name, c, out)
			}
		}
	}
}
