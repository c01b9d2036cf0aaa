package grafana

import (
	"slices"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/metrics"
)

// everySeries has what Prometheus adds, and what both collectors of client_golang make.
var everySeries = []string{"job", "instance"}

// foreign are series that aetherd does not define, with their own labels.
var foreign = map[string][]string{
	"up":                            nil,
	"ALERTS":                        {"alertname", "alertstate", "severity", "cause", "driver"},
	"process_cpu_seconds_total":     nil,
	"process_resident_memory_bytes": nil,
	"process_open_fds":              nil,
	"process_max_fds":               nil,
	"process_start_time_seconds":    nil,
	"go_goroutines":                 nil,
	"go_memstats_heap_inuse_bytes":  nil,
}

// labelsOf are the labels of a series, nil where there is none of that name.
func labelsOf(name string) []string {
	if own, is := foreign[name]; is {
		return slices.Concat(everySeries, own)
	}
	for _, d := range metrics.Definitions() {
		switch {
		case d.Type == metrics.Histogram && name == d.Name+"_bucket":
			return slices.Concat(everySeries, d.Labels, []string{"le"})
		case d.Type != metrics.Histogram && name == d.Name:
			return slices.Concat(everySeries, d.Labels)
		}
	}
	return nil
}

// TestNamesAreRegistered holds that every series and label that a dashboard names is one that there is.
func TestNamesAreRegistered(t *testing.T) {
	used := map[string]bool{}
	for _, b := range boards(t) {
		for _, q := range b.queries() {
			all, labels := parse(q.Expr)
			var known []string
			for _, s := range all {
				used[strings.TrimSuffix(s.Name, "_bucket")] = true
				own := labelsOf(s.Name)
				if own == nil {
					t.Errorf("%s: %s is no metric of aetherd", q.where, s.Name)
				}
				for _, m := range strings.Split(s.Matchers, ",") {
					if label := strings.TrimSpace(strings.SplitN(m, "=", 2)[0]); !slices.Contains(own, strings.TrimSuffix(label, "!")) {
						t.Errorf("%s: %s has no label %q", q.where, s.Name, label)
					}
				}
				known = append(known, own...)
			}
			for _, label := range labels {
				if !slices.Contains(known, label) {
					t.Errorf("%s: no series in it has a label %q", q.where, label)
				}
			}
		}
	}
	for _, d := range metrics.Definitions() {
		if !used[d.Name] {
			t.Errorf("%s is on no dashboard", d.Name)
		}
	}
}
