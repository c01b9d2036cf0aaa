//go:build linux

package main

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestOneStaticBinary builds aetherctl as the Makefile does, for every system that it is for.
func TestOneStaticBinary(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the standard library for each system")
	}
	dir := t.TempDir()
	for _, system := range [][2]string{{"linux", "amd64"}, {"linux", "arm64"}, {"windows", "amd64"}, {"darwin", "arm64"}} {
		path := filepath.Join(dir, system[0]+system[1])
		cmd := exec.Command("go", "build", "-o", path, ".")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system[0], "GOARCH="+system[1])
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", system, err, out)
		}
		if system[0] != "linux" {
			continue
		}
		binary, err := elf.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer binary.Close()
		for _, p := range binary.Progs {
			if p.Type == elf.PT_INTERP {
				t.Errorf("%v: it needs a dynamic linker", system)
			}
		}
	}
}
