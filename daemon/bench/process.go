package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// ticks is the unit of /proc/PID/stat, which Linux fixes for user space.
const ticks = time.Second / 100

// cpuTime returns what all threads of a process have used since it began, user and system.
func cpuTime(pid int) (time.Duration, error) {
	path := fmt.Sprintf("/proc/%d/stat", pid)
	stat, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	// The name of the program, in parentheses, may have spaces.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const utime, stime = 11, 12 // from the state on
	if len(fields) <= stime {
		return 0, fmt.Errorf("%s has another form: %q", path, stat)
	}
	user, userErr := strconv.ParseInt(string(fields[utime]), 10, 64)
	system, systemErr := strconv.ParseInt(string(fields[stime]), 10, 64)
	if err := errors.Join(userErr, systemErr); err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	return time.Duration(user+system) * ticks, nil
}

// residentMemory returns the bytes of a process that are in memory.
func residentMemory(pid int) (int64, error) {
	kilobytes, err := statusValue(fmt.Sprintf("/proc/%d/status", pid), "VmRSS:")
	return kilobytes * 1024, err
}

// wakeUps returns how often the threads of a process have slept and been woken.
func wakeUps(pid int) (sum int64, err error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, thread := range threads {
		n, oneErr := statusValue(thread, "voluntary_ctxt_switches:")
		sum, err = sum+n, errors.Join(err, oneErr)
	}
	return sum, err
}

// statusValue returns a number of a file in the form of /proc/PID/status.
func statusValue(path, key string) (int64, error) {
	status, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if fields := bytes.Fields(line); len(fields) > 1 && string(fields[0]) == key {
			return strconv.ParseInt(string(fields[1]), 10, 64)
		}
	}
	return 0, fmt.Errorf("%s does not say %s", path, key)
}
