package systemd_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/deploy/tool"
)

// The user of the unit is made, in its groups, without a home or a way to log in.
func TestUser(t *testing.T) {
	sysusers := tool.Need(t, "systemd-sysusers", "systemd")
	dir := t.TempDir()
	put(t, dir, "etc/passwd", "root:x:0:0:root:/root:/bin/bash\n", 0o644)
	put(t, dir, "etc/group", "root:x:0:\ndialout:x:20:\n", 0o644)
	put(t, dir, "usr/lib/sysusers.d/aetherd.conf", read(t, "aetherd.sysusers"), 0o644)
	if out, err := exec.Command(sysusers, "--root="+dir).CombinedOutput(); err != nil {
		t.Fatalf("systemd-sysusers: %v\n%s", err, out)
	}
	user, group := values(t, "User")[0], values(t, "Group")[0]
	serial := values(t, "SupplementaryGroups")[0]
	lines := func(file string, want map[string]string) {
		t.Helper()
		text := read(t, filepath.Join(dir, file))
		for name, rest := range want {
			line := regexp.MustCompile(`(?m)^` + name + `:.*$`).FindString(text)
			line = regexp.MustCompile(`\b[1-9]\d{2,}\b`).ReplaceAllString(line, "N") // what sysusers chose
			if diff := cmp.Diff(name+rest, line); diff != "" {
				t.Errorf("%s: -want +got:\n%s", file, diff)
			}
		}
	}
	lines("etc/passwd", map[string]string{user: ":x:N:N:aetherd robot arm daemon:/nonexistent:/usr/sbin/nologin"})
	lines("etc/group", map[string]string{group: ":x:N:", serial: ":x:20:" + user})
}
