package prometheus

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const (
	recordsFile = "aetherd.rules.yml"
	alertsFile  = "aetherd.alerts.yml"
)

// rule is a recording rule or an alert.
type rule struct {
	Record      string            `yaml:"record"`
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`

	group string
}

// rulesOf reads the rules of a file.
func rulesOf(t *testing.T, path string) (all []rule) {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	readYAML(t, path, &file)
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			r.group = g.Name
			all = append(all, r)
		}
	}
	if len(all) < 5 {
		t.Fatalf("%s has only %d rules", path, len(all))
	}
	return all
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, path)), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// unitTests are the tests of the files in testdata.
func unitTests(t *testing.T) (all []unitTest) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no unit tests: %v", err)
	}
	for _, path := range files {
		var file struct {
			Tests []unitTest `yaml:"tests"`
		}
		readYAML(t, path, &file)
		all = append(all, file.Tests...)
	}
	return all
}

type unitTest struct {
	Alerts []struct {
		Name     string           `yaml:"alertname"`
		Expected []map[string]any `yaml:"exp_alerts"`
	} `yaml:"alert_rule_test"`
	Exprs []struct {
		Expr     string           `yaml:"expr"`
		Expected []map[string]any `yaml:"exp_samples"`
	} `yaml:"promql_expr_test"`
}

// TestEveryRuleIsTested wants of the unit tests that every alert fires and does not, and that
// every record has a value.
func TestEveryRuleIsTested(t *testing.T) {
	fires, quiet := map[string]bool{}, map[string]bool{}
	var exprs []string
	for _, u := range unitTests(t) {
		for _, a := range u.Alerts {
			if len(a.Expected) > 0 {
				fires[a.Name] = true
			} else {
				quiet[a.Name] = true
			}
		}
		for _, e := range u.Exprs {
			if len(e.Expected) > 0 {
				exprs = append(exprs, e.Expr)
			}
		}
	}
	for _, r := range rulesOf(t, alertsFile) {
		if !fires[r.Alert] || !quiet[r.Alert] {
			t.Errorf("%s: it fires in a test: %v, and is quiet in one: %v; want both", r.Alert, fires[r.Alert], quiet[r.Alert])
		}
	}
	for _, r := range rulesOf(t, recordsFile) {
		if !slices.ContainsFunc(exprs, func(expr string) bool { return slices.Contains(namesIn(expr), r.Record) }) {
			t.Errorf("%s: no test asks for its value", r.Record)
		}
	}
}

// TestEveryRecordIsUsed: a record that nothing asks for costs and tells nothing.
func TestEveryRecordIsUsed(t *testing.T) {
	var used []string
	for _, path := range []string{recordsFile, alertsFile} {
		for _, r := range rulesOf(t, path) {
			used = append(used, namesIn(r.Expr)...)
		}
	}
	dashboards, err := filepath.Glob("../grafana/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, path := range dashboards {
		text.WriteString(read(t, path))
	}
	for _, r := range rulesOf(t, recordsFile) {
		if !slices.Contains(used, r.Record) && !strings.Contains(text.String(), r.Record) {
			t.Errorf("%s: no alert, no record and no dashboard uses it", r.Record)
		}
	}
}
