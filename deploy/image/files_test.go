//go:build image

package image

import (
	"maps"
	"slices"
	"strings"
)

// files returns every file of the machine's disk, with what is to be known of each: type, mode,
// owner, the destination of a link, and of those in /etc the content.
func (m *machine) files() map[string]string {
	m.t.Helper()
	files := map[string]string{}
	for line := range strings.Lines(m.must("find", "/", "-xdev", "-printf", `%y %m %u:%g %l\t%p\n`)) {
		about, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		files[name] = about
	}
	for line := range strings.Lines(m.must("find", "/etc", "-xdev", "-type", "f", "-exec", "sha256sum", "{}", "+")) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		files[name] += " " + sum
	}
	return files
}

// kept reports whether a file is one that packages leave behind, or that the machine writes by
// itself: the books of apt, dpkg and deb-systemd-helper, the journal, and the backups of the lists
// of users.
func kept(name string) bool {
	for _, below := range []string{
		"/var/lib/apt", "/var/cache/apt", "/var/log", "/var/lib/dpkg/", "/var/lib/systemd/", "/var/cache/ldconfig",
		"/var/tmp/", "/tmp/", "/root/",
	} {
		if strings.HasPrefix(name, below) && !strings.Contains(name, "aetherd") {
			return true
		}
	}
	return slices.Contains([]string{
		"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/.pwd.lock", "/etc/.updated", "/var/.updated",
	}, name)
}

// leftOvers returns in what the disk differs from what it was.
func leftOvers(before, after map[string]string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(after)) {
		was, existed := before[name]
		switch {
		case kept(name):
		case !existed:
			names = append(names, "new: "+name+" "+after[name])
		case was != after[name]:
			names = append(names, "changed: "+name+" from "+was+" to "+after[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, exists := after[name]; !exists && !kept(name) {
			names = append(names, "gone: "+name)
		}
	}
	return names
}
