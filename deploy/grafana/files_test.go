package grafana

import (
	"encoding/json"
	"flag"
	"os"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

var update = flag.Bool("update", false, "write the dashboards anew")

func TestFilesAreCurrent(t *testing.T) {
	for _, f := range files(t) {
		if *update {
			if err := os.WriteFile(f.Name, f.JSON, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		committed, err := os.ReadFile(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(committed), string(f.JSON)); diff != "" {
			t.Errorf("%s is not what go test ./deploy/grafana -update writes (-committed +made):\n%s", f.Name, diff)
		}
	}
}

// TestFilesReadBack holds that Grafana's types know everything that is in the files, also what stands there as plain values.
func TestFilesReadBack(t *testing.T) {
	plugins.RegisterDefaultPlugins()
	for _, f := range files(t) {
		//lint:ignore SA1019 see page.write
		var d dashboard.Dashboard
		unmarshal(t, f, &d)
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		unmarshal(t, f, &want)
		unmarshal(t, File{f.Name, text}, &got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s does not read back the same (-file +read back):\n%s", f.Name, diff)
		}
	}
}

var made = sync.OnceValues(Files)

func files(t *testing.T) []File {
	t.Helper()
	all, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return all
}
