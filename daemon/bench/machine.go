package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// machine is what the figures belong to.
type machine struct {
	Date       string `json:"date"`
	Processors string `json:"processors"`
	Kernel     string `json:"kernel"`
	Go         string `json:"go"`
	Gnet       string `json:"gnet"`
	Commit     string `json:"commit"` // with "+" if files have changed since; "" if it was built without one
}

func about() machine {
	m := machine{
		Date:       time.Now().UTC().Format(time.DateOnly),
		Processors: fmt.Sprintf("%d × %s", runtime.NumCPU(), processor()),
		Go:         runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH,
	}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		m.Kernel = unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
	}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return m
	}
	for _, d := range build.Deps {
		if d.Path == "github.com/panjf2000/gnet/v2" {
			m.Gnet = d.Version
		}
	}
	for _, s := range build.Settings {
		switch {
		case s.Key == "vcs.revision":
			m.Commit = s.Value[:min(12, len(s.Value))] + m.Commit
		case s.Key == "vcs.modified" && s.Value == "true":
			m.Commit += "+"
		}
	}
	return m
}

// String is what stands above the table.
func (m machine) String() string {
	return fmt.Sprintf("%s, %s, %s, %s, gnet %s, commit %s", m.Date, m.Processors, m.Kernel, m.Go, m.Gnet, m.Commit)
}

// processor returns the name of the first processor, as far as Linux knows one.
func processor() string {
	info, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	defer info.Close()
	for lines := bufio.NewScanner(info); lines.Scan(); {
		if key, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
