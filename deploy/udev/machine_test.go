package udev_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/aether-arm/aetherd/deploy/tool"
)

const rulesFile = "60-aetherd.rules"

// machine is a computer as udev sees it: a /sys of its own with the devices that are plugged
// in, a /dev and a /run. The udev of this computer, with its rules and aetherd's, handles every
// event on it, in a mount namespace where the three are mounted.
type machine struct {
	t                testing.TB
	udevadm, unshare string
	dir              string
}

// lastToAct is the newest systemd whose "udevadm test" carries out what the rules say: with a
// newer one nothing would be tested.
const lastToAct = 254

func newMachine(t testing.TB) *machine {
	t.Helper()
	if testing.Short() {
		t.Skip("udev answers no different under the race detector")
	}
	m := &machine{t: t, udevadm: tool.Need(t, "udevadm", "udev"), unshare: tool.Need(t, "unshare", "util-linux"), dir: t.TempDir()}
	if out, err := exec.Command(m.udevadm, "--version").Output(); err != nil {
		t.Fatal(err)
	} else if version, err := strconv.Atoi(strings.TrimSpace(string(out))); err != nil || version > lastToAct {
		t.Skipf("udevadm is of systemd %s: only up to %d it creates links when it tests", out, lastToAct)
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can make device nodes and mount a /sys")
	}
	if out, err := exec.Command(m.unshare, "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("no mount namespace can be made here: %v: %s", err, out)
	}
	for _, d := range []string{"sys/class/tty", "sys/bus/usb", "sys/bus/usb-serial", "dev", "run/udev/rules.d"} {
		m.mkdir(d)
	}
	m.mknod("null", 1, 3) // which every program that udev runs is given
	m.rule(rulesFile, m.read(rulesFile))
	return m
}

// rule writes a file that udev reads, in the order of the names.
func (m *machine) rule(name, text string) {
	m.t.Helper()
	m.write(filepath.Join("run/udev/rules.d", name), text)
}

// complaint is what udev prints about a line of the rules that it does not take.
var complaint = regexp.MustCompile(`(?m)^.*aether[^ ]*\.rules:\d+.*(Invalid|Unknown|Unexpected|Failed|ignoring|wrong|must be).*$`)

// event has udev handle an event of the device at path, and returns its properties.
func (m *machine) event(action, path string) map[string]string {
	m.t.Helper()
	const mount = `for d in sys dev run; do mount --bind "$1/$d" "/$d" || exit; done; exec "$2" test --action="$3" "/$4"`
	cmd := exec.Command(m.unshare, "--mount", "--propagation", "private", "sh", "-c", mount, "sh", m.dir, m.udevadm, action, path)
	// The tree is not one of the kernel's, which udev would notice.
	cmd.Env = append(os.Environ(), "SYSTEMD_DEVICE_VERIFY_SYSFS=0", "SYSTEMD_LOG_LEVEL=debug")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		m.t.Fatalf("udevadm test --action=%s %s: %v\n%s", action, path, err, &stderr)
	}
	if found := complaint.FindAllString(stderr.String(), -1); found != nil {
		m.t.Errorf("udev complains:\n%s", strings.Join(found, "\n"))
	}
	properties := map[string]string{}
	for line := range strings.Lines(stdout.String()) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			properties[name] = value
		}
	}
	return properties
}

// arm returns what /dev/aether-arm is a link to, "" if there is none.
func (m *machine) arm() string {
	m.t.Helper()
	to, err := os.Readlink(filepath.Join(m.dir, "dev/aether-arm"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		m.t.Fatal(err)
	}
	return to
}

// node returns who may use a device: its group and its mode.
func (m *machine) node(name string) (gid uint32, mode os.FileMode) {
	m.t.Helper()
	info, err := os.Lstat(filepath.Join(m.dir, "dev", name))
	if err != nil {
		m.t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t).Gid, info.Mode().Perm()
}

func (m *machine) mkdir(path string) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Join(m.dir, path), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) write(path, text string) {
	m.t.Helper()
	m.mkdir(filepath.Dir(path))
	if err := os.WriteFile(filepath.Join(m.dir, path), []byte(text), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

// link makes a link to a path, which is absolute on the machine.
func (m *machine) link(path, to string) {
	m.t.Helper()
	m.mkdir(filepath.Dir(path))
	if err := os.Symlink("/"+to, filepath.Join(m.dir, path)); err != nil {
		m.t.Fatal(err)
	}
}

// mknod makes the node of a device, as the kernel does, for root alone.
func (m *machine) mknod(name string, major, minor uint32) {
	m.t.Helper()
	path := filepath.Join(m.dir, "dev", name)
	if err := unix.Mknod(path, unix.S_IFCHR|0o600, int(unix.Mkdev(major, minor))); err != nil {
		m.t.Skipf("no device node can be made here: %v", err)
	}
}

func (m *machine) read(path string) string {
	m.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}
