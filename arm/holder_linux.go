package arm

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Holder is a program that has a port open.
type Holder struct {
	PID  int
	Name string // as the kernel has it: at most 15 bytes
}

// Holders returns who has the port at path: the program that has it locked, whoever runs it,
// or else those that have it open, as far as this user may see that.
func Holders(path string) []Holder {
	var device unix.Stat_t
	if unix.Stat(path, &device) != nil {
		return nil
	}
	pids := openers(device)
	if pid := locker(device); pid != 0 {
		pids = []int{pid}
	}
	var found []Holder
	for _, pid := range pids {
		if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); err == nil {
			found = append(found, Holder{PID: pid, Name: strings.TrimSpace(string(name))})
		}
	}
	return found
}

// locker returns the process that has a flock on the device, or 0.
func locker(device unix.Stat_t) (pid int) {
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0
	}
	return lockerIn(string(locks), fmt.Sprintf("%02x:%02x:%d", unix.Major(device.Dev), unix.Minor(device.Dev), device.Ino))
}

// lockerIn finds the holder of the flock on a file in the text of /proc/locks (proc_locks(5)):
// "1: FLOCK  ADVISORY  WRITE 708 00:05:92 0 EOF". Who only waits for it has an arrow in front.
func lockerIn(locks, file string) (pid int) {
	for line := range strings.Lines(locks) {
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" || f[5] != file {
			continue
		}
		if pid, err := strconv.Atoi(f[4]); err == nil {
			return pid // 0, where this process cannot see it
		}
	}
	return 0
}

// openers returns the other processes that have the device open.
func openers(device unix.Stat_t) (pids []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the pattern is good
	for _, link := range links {
		var open unix.Stat_t
		if unix.Stat(link, &open) != nil || !sameDevice(open, device) {
			continue
		}
		pid, err := strconv.Atoi(strings.Split(link, "/")[2])
		if err == nil && pid != os.Getpid() && !slices.Contains(pids, pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// The majors of ptys, whose numbers begin anew in every container (Documentation/admin-guide/devices.txt).
const firstPty, lastPty = 136, 143

// sameDevice reports whether two files are the same terminal, by whatever names.
func sameDevice(a, b unix.Stat_t) bool {
	if a.Mode&unix.S_IFMT != unix.S_IFCHR || b.Mode&unix.S_IFMT != unix.S_IFCHR || a.Rdev != b.Rdev {
		return false
	}
	major := unix.Major(a.Rdev)
	return major < firstPty || major > lastPty || a.Dev == b.Dev
}
