package main

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// sameBytes fails where two files differ.
func sameBytes(t *testing.T, one, other string) {
	t.Helper()
	a, err := os.ReadFile(one)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Errorf("%s and %s differ: diffoscope tells in what", one, other)
	}
}

// TestPackedAgain packs the same programs in another directory, with another umask, later, for
// somebody elsewhere. "make deb-test" builds them again too. Both read the tree as it is: who edits it meanwhile makes
// them differ.
func TestPackedAgain(t *testing.T) {
	p := thePackage(t)
	t.Setenv("TZ", "Pacific/Auckland")
	t.Setenv("LC_ALL", "C")
	t.Setenv("TMPDIR", t.TempDir())
	defer syscall.Umask(syscall.Umask(0o077))
	stage := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.CopyFS(stage, os.DirFS(filepath.Join(work, "stage"))); err != nil {
		t.Fatal(err)
	}
	if err := generate(t.Context(), root, p.rel, p.arch, stage); err != nil {
		t.Fatal(err)
	}
	long := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := os.Chtimes(filepath.Join(stage, p.arch.debian, "aetherd"), long, long); err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again.deb")
	if err := pack(t.Context(), root, p.rel, p.arch, stage, again); err != nil {
		t.Fatal(err)
	}
	sameBytes(t, p.path, again)
}
