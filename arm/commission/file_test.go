package commission

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entries returns what lies in a folder, by name, and each file's mode.
func entries(t *testing.T, dir string) map[string]string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = info.Mode().String()
	}
	return all
}

// The file keeps its mode and its owner, also behind a symbolic link, and nothing but the backup is left beside it.
func TestSave(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "real.toml"), filepath.Join(t.TempDir(), "aetherd.toml")
	const before = "[safety]\nx = 1\n"
	if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o640); err != nil { // whatever the umask
		t.Fatal(err)
	}
	const other = 12345
	owned := os.Chown(file, -1, other) == nil // root only
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	old, done, err := save(link, measuredArm())
	if !done || err != nil {
		t.Fatal(done, err)
	}
	if old != file+".bak" {
		t.Errorf("the old file is %q", old)
	}
	if diff := cmp.Diff(map[string]string{"real.toml": "-rw-r-----", "real.toml.bak": "-rw-r-----"}, entries(t, dir)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if target, err := os.Readlink(link); err != nil || target != file {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	if old, err := os.ReadFile(file + ".bak"); err != nil || string(old) != before {
		t.Errorf("backup %q, %v", old, err)
	}
	if doc, err := os.ReadFile(link); err != nil || !strings.HasPrefix(string(doc), before+"\n[arm.feetech.links]\n") {
		t.Errorf("%q, %v", doc, err)
	}
	if info, err := os.Stat(file); err != nil || owned && gid(info) != other {
		t.Errorf("group %d, %v", gid(info), err)
	}
}

// A copy that an earlier calibration has left is not written over, nor anything else of that name.
func TestSaveKeepsEveryOldFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "aetherd.toml")
	write := func(path, doc string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(file+".bak", "the first\n")
	if err := os.Symlink("nowhere", file+".bak.2"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{".bak.1", ".bak.3", ".bak.4"} {
		write(file, "x = 1 # before "+want+"\n")
		old, done, err := save(file, measuredArm())
		if old != file+want || !done || err != nil {
			t.Fatalf("old file %q, want %s; %v, %v", old, want, done, err)
		}
	}
	for name, want := range map[string]string{
		".bak": "the first\n", ".bak.1": "x = 1 # before .bak.1\n", ".bak.3": "x = 1 # before .bak.3\n", ".bak.4": "x = 1 # before .bak.4\n",
	} {
		if doc, err := os.ReadFile(file + name); err != nil || string(doc) != want {
			t.Errorf("%s: %q, %v", name, doc, err)
		}
	}
	if target, err := os.Readlink(file + ".bak.2"); err != nil || target != "nowhere" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	if got := entries(t, dir); len(got) != 6 {
		t.Errorf("left behind: %v", got)
	}
}

// A file that cannot be changed stays as it is, without a trace.
func TestSaveThatFails(t *testing.T) {
	for _, c := range []struct{ name, file, doc string }{
		{"dotted keys", "aetherd.toml", "arm.feetech.base.id = 1\n"},
		{"a copy's name is too long", strings.Repeat("a", 254), "x = 1\n"},
		{"a new file's name is too long", strings.Repeat("a", 248), "x = 1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, c.file)
			if err := os.WriteFile(file, []byte(c.doc), 0o644); err != nil {
				t.Fatal(err)
			}
			if old, done, err := save(file, measuredArm()); old != "" || done || err == nil {
				t.Errorf("old file %q, %v, %v", old, done, err)
			}
			if doc, err := os.ReadFile(file); err != nil || string(doc) != c.doc {
				t.Errorf("%q, %v", doc, err)
			}
			if got := entries(t, dir); len(got) != 1 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
	if _, done, err := save(filepath.Join(t.TempDir(), "none"), measuredArm()); done || err == nil {
		t.Errorf("no file: %v, %v", done, err)
	}
}

func gid(info os.FileInfo) uint32 { return info.Sys().(*syscall.Stat_t).Gid }
