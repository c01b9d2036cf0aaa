package arm

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestLockerIn(t *testing.T) {
	const locks = `1: POSIX  ADVISORY  WRITE 101 00:05:92 0 EOF
2: FLOCK  ADVISORY  WRITE 708 00:05:92 0 EOF
2: -> FLOCK  ADVISORY  WRITE 709 00:05:92 0 EOF
3: FLOCK  ADVISORY  WRITE 710 00:18:92 0 EOF
4: FLOCK  ADVISORY  WRITE 0 00:18:7 0 EOF
5: FLOCK  ADVISORY
`
	for file, want := range map[string]int{"00:05:92": 708, "00:18:92": 710, "00:18:7": 0, "00:05:9": 0} {
		if pid := lockerIn(locks, file); pid != want {
			t.Errorf("%s: process %d, want %d", file, pid, want)
		}
	}
	if pid := lockerIn("1: -> FLOCK  ADVISORY  WRITE 709 00:05:92 0 EOF\n", "00:05:92"); pid != 0 {
		t.Errorf("one who waits: %d", pid)
	}
}

// A port that only this process has open has no other holder.
func TestHoldersAreOthers(t *testing.T) {
	_, path := newPty(t)
	if got := Holders(path); len(got) != 0 {
		t.Errorf("held by %v", got)
	}
	if got := Holders(filepath.Join(t.TempDir(), "none")); len(got) != 0 {
		t.Errorf("no port, held by %v", got)
	}
}

func TestSameDevice(t *testing.T) {
	node := func(mode uint32, filesystem uint64, major, minor uint32) unix.Stat_t {
		return unix.Stat_t{Mode: mode | 0o660, Dev: filesystem, Rdev: unix.Mkdev(major, minor)}
	}
	const device, file = unix.S_IFCHR, unix.S_IFREG
	for what, tt := range map[string]struct {
		a, b unix.Stat_t
		same bool
	}{
		"an adapter, also in a container's /dev": {node(device, 5, 188, 0), node(device, 6, 188, 0), true},
		"two adapters":                           {node(device, 5, 188, 0), node(device, 5, 188, 1), false},
		"a pty":                                  {node(device, 7, 136, 0), node(device, 7, 136, 0), true},
		"ptys of two containers":                 {node(device, 7, 136, 0), node(device, 8, 136, 0), false},
		"two files":                              {node(file, 5, 0, 0), node(file, 5, 0, 0), false},
	} {
		if got := sameDevice(tt.a, tt.b); got != tt.same {
			t.Errorf("%s: the same: %v", what, got)
		}
	}
}

func TestStableNames(t *testing.T) {
	dir, dev := t.TempDir(), t.TempDir()
	device := filepath.Join(dev, "ttyACM0")
	if err := os.WriteFile(device, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "usb-Servo_Adapter-if00")
	for link, target := range map[string]string{name: device, filepath.Join(dir, "broken"): filepath.Join(dev, "none")} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	real, err := filepath.EvalSymlinks(device)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{real: name}, stableNames(dir)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := stableNames(filepath.Join(dir, "none")); len(got) != 0 {
		t.Errorf("no folder: %v", got)
	}
}
