package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite testdata/contents.txt and testdata/control.txt")

// golden compares with a file of testdata, or rewrites it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); go test ./deploy/deb -update rewrites it\n%s", path, diff)
	}
}

// TestContents holds every file's mode, owner and path, and that its one time is the commit's.
func TestContents(t *testing.T) {
	p := thePackage(t)
	var b strings.Builder
	entry := regexp.MustCompile(`^(\S+ \S+) +\d+ (\S+ \S+) (.*)$`)
	t.Setenv("TZ", "UTC")
	for line := range strings.Lines(must(t, "dpkg-deb", "--contents", p.path)) {
		m := entry.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			t.Fatalf("dpkg-deb prints %q", line)
		}
		if want := p.rel.date.Format("2006-01-02 15:04"); m[2] != want {
			t.Errorf("%s is of %s, not of the commit, %s", m[3], m[2], want)
		}
		b.WriteString(m[1] + " " + m[3] + "\n")
	}
	golden(t, "contents.txt", b.String())
}

// TestControl holds what dpkg is told: the fields that are the same for every version and
// architecture, the conffiles, and which scripts there are.
func TestControl(t *testing.T) {
	p := thePackage(t)
	dir := filepath.Join(t.TempDir(), "control")
	must(t, "dpkg-deb", "--control", p.path, dir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(info.Mode().String() + " " + e.Name() + "\n")
	}
	for _, name := range []string{"conffiles", "control"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n-- " + name + "\n" + string(text))
	}
	varies := regexp.MustCompile(`(?m)^(Version|Architecture|Installed-Size): .*$`)
	golden(t, "control.txt", varies.ReplaceAllString(b.String(), "$1: …"))
}
