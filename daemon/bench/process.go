package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
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
