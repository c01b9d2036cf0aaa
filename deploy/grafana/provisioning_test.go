package grafana

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

type datasources struct {
	APIVersion  int `yaml:"apiVersion"`
	Datasources []struct {
		Name, UID, Type, Access, URL string
		Editable                     bool
		JSONData                     struct {
			TimeInterval string `yaml:"timeInterval"`
			HTTPMethod   string `yaml:"httpMethod"`
		} `yaml:"jsonData"`
	}
}

type providers struct {
	APIVersion int `yaml:"apiVersion"`
	Providers  []struct {
		Name, Folder, Type    string
		FolderUID             string `yaml:"folderUid"`
		DisableDeletion       bool   `yaml:"disableDeletion"`
		AllowUIUpdates        bool   `yaml:"allowUiUpdates"`
		UpdateIntervalSeconds int    `yaml:"updateIntervalSeconds"`
		Options               struct{ Path string }
	}
}

func TestProvisioning(t *testing.T) {
	var prometheus struct {
		Global struct {
			ScrapeInterval string `yaml:"scrape_interval"`
		}
	}
	read(t, "../prometheus/prometheus.yml", &prometheus, false)

	var sources datasources
	read(t, "provisioning/datasources/aetherd.yml", &sources, true)
	if len(sources.Datasources) != 1 {
		t.Fatalf("%d data sources", len(sources.Datasources))
	}
	s := sources.Datasources[0]
	if sources.APIVersion != 1 || s.Name == "" || s.UID == "" || s.Type != "prometheus" || s.Access != "proxy" {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff(prometheus.Global.ScrapeInterval, s.JSONData.TimeInterval); diff != "" {
		t.Errorf("the scrape interval (-Prometheus' +Grafana's):\n%s", diff)
	}

	var boards providers
	read(t, "provisioning/dashboards/aetherd.yml", &boards, true)
	if len(boards.Providers) != 1 {
		t.Fatalf("%d providers", len(boards.Providers))
	}
	p := boards.Providers[0]
	if boards.APIVersion != 1 || p.Type != "file" || p.AllowUIUpdates || p.Options.Path != "/usr/share/aetherd/grafana" {
		t.Errorf("%+v", p)
	}
}

// read reads a file of YAML; strict refuses keys that into has not.
func read(t *testing.T, file string, into any, strict bool) {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(strict)
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
