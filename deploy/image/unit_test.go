//go:build image

package image

import (
	"strings"
)

// unit is what systemd says of the service.
type unit map[string]string

// unit asks systemd.
func (m *machine) unit() unit {
	m.t.Helper()
	u := unit{}
	for line := range strings.Lines(m.must("systemctl", "show", "aetherd.service")) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		u[key] = value
	}
	return u
}

// wantUnit checks properties of the service.
func (m *machine) wantUnit(what string, want unit) {
	m.t.Helper()
	got := m.unit()
	for key, value := range want {
		if got[key] != value {
			m.t.Errorf("%s: %s is %q, want %q", what, key, got[key], value)
		}
	}
}

// running is a service that says that it is ready.
var running = unit{"ActiveState": "active", "SubState": "running", "Type": "notify", "UnitFileState": "enabled", "User": "aetherd"}

// journal returns what the service and systemd have logged about it.
func (m *machine) journal(options ...string) string {
	m.t.Helper()
	return m.must(append([]string{"journalctl", "--no-pager", "--output=short-monotonic", "--unit=aetherd.service"}, options...)...)
}

// wantRestarted waits until systemd has started the daemon again, after the process pid.
func (m *machine) wantRestarted(what, pid string) {
	m.t.Helper()
	m.until(what+": the service to be back", func() bool {
		u := m.unit()
		return u["ActiveState"] == "active" && u["MainPID"] != pid && u["MainPID"] != "0"
	})
}
