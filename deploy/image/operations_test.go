//go:build image

package image

import (
	"path/filepath"
	"testing"
)

// TestOperations follows docs/operations.md on an empty Debian: what is said there to be typed is
// run, and what is said to come of it is looked at.
func TestOperations(t *testing.T) {
	all := operations(t)
	m := boot(t)
	file := deb(t, native(t))
	m.put(file, filepath.Join("/root", filepath.Base(file)), 0o644)

	// What holds when a block has been run. The document says to wait ten seconds for the data of
	// Prometheus; this waits for the data.
	outcome := map[string]func(t *testing.T, m *machine){
		"install":         func(t *testing.T, m *machine) { m.wantUnit("installed", running); m.wantStopped("installed") },
		"prometheus":      func(t *testing.T, m *machine) { m.wantKnown(`up{job="aetherd"} == 1`) },
		"prometheus-data": queriesAnswer,
		"grafana":         provisioned,
		"purge": func(t *testing.T, m *machine) {
			if u := m.unit(); u["LoadState"] != "not-found" {
				t.Errorf("the unit is still %s", u["LoadState"])
			}
		},
	}
	for _, b := range all {
		if !t.Run(b.name, func(t *testing.T) {
			m := m.in(t)
			m.write("/run/block", b.script, 0o644)
			t.Log(m.must("sh", "-ec", "cd /root; exec bash -e /run/block 2>&1"))
			if look := outcome[b.name]; look != nil {
				look(t, m)
			}
			delete(outcome, b.name)
		}) {
			t.FailNow()
		}
	}
	for name := range outcome {
		t.Errorf("the document has no block %s", name)
	}
}

// provisioned: what Grafana is given is there: Debian has no Grafana that could be started.
func provisioned(t *testing.T, m *machine) {
	for _, file := range []string{
		"/etc/grafana/provisioning/datasources/aetherd.yml", "/etc/grafana/provisioning/dashboards/aetherd.yml",
		"/usr/share/aetherd/grafana/arm.json", "/usr/share/aetherd/grafana/fleet.json",
	} {
		m.must("test", "-s", file)
	}
	// Where the provider is told to look for the dashboards.
	m.must("grep", "-q", "path: /usr/share/aetherd/grafana", "/etc/grafana/provisioning/dashboards/aetherd.yml")
}
