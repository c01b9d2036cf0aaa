package prometheus

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/metrics"
	"github.com/aether-arm/aetherd/safety"
)

// Others than aetherd's own: what Prometheus makes of every target, and its library of every process.
var foreign = []string{"up", "process_open_fds", "process_max_fds", "process_start_time_seconds"}

// PromQL around the names of metrics.
var (
	quoted   = regexp.MustCompile(`"[^"]*"`)
	matchers = regexp.MustCompile(`\{[^}]*\}`)
	window   = regexp.MustCompile(`\[[^]]*\]`)
	labels   = regexp.MustCompile(`\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`)
	name     = regexp.MustCompile(`\b[a-zA-Z_:][a-zA-Z0-9_:]*`)
	called   = regexp.MustCompile(`^\s*\(`)
	words    = []string{"and", "or", "unless", "bool", "offset", "sum", "count", "min", "max", "avg"}
)

// namesIn are the metrics that an expression selects.
func namesIn(expr string) (found []string) {
	for _, cut := range []*regexp.Regexp{quoted, matchers, window, labels} {
		expr = cut.ReplaceAllString(expr, " ")
	}
	for _, at := range name.FindAllStringIndex(expr, -1) {
		word := expr[at[0]:at[1]]
		if !called.MatchString(expr[at[1]:]) && !slices.Contains(words, word) {
			found = append(found, word)
		}
	}
	return found
}

func TestNamesIn(t *testing.T) {
	got := namesIn(`sum without (a) (rate(x_total{b!="c {d"}[1m])) / on (e, f) group_left () l:m:n > 0.5 and count by (g) (y) >= 1e3 unless z`)
	if diff := cmp.Diff([]string{"x_total", "l:m:n", "y", "z"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// series finds the metric that a series belongs to, of a histogram by its suffix.
func series(word string) (d metrics.Definition, found bool) {
	for _, d := range metrics.Definitions() {
		if d.Type != metrics.Histogram && word == d.Name {
			return d, true
		}
		if rest, ok := strings.CutPrefix(word, d.Name); ok && d.Type == metrics.Histogram &&
			slices.Contains([]string{"_bucket", "_sum", "_count"}, rest) {
			return d, true
		}
	}
	return d, false
}

// TestNamesAreRegistered: Prometheus takes a metric that does not exist for one that has no
// samples, so the alert of a mistyped name would never fire.
func TestNamesAreRegistered(t *testing.T) {
	known := slices.Clone(foreign)
	for _, r := range rulesOf(t, recordsFile) {
		known = append(known, r.Record)
	}
	asked := regexp.MustCompile(`aetherd_[a-z_]+`) // in the queries of annotations
	for _, path := range []string{recordsFile, alertsFile} {
		for _, r := range rulesOf(t, path) {
			used := namesIn(r.Expr)
			if len(used) == 0 {
				t.Errorf("%s%s: no metric in %q", r.Record, r.Alert, r.Expr)
			}
			for _, word := range append(used, asked.FindAllString(r.Annotations["description"], -1)...) {
				if _, ok := series(word); !ok && !slices.Contains(known, word) {
					t.Errorf("%s%s: there is no metric %s", r.Record, r.Alert, word)
				}
			}
		}
	}
}

// TestLabelsAreRegistered holds the labels in selectors against the metrics', and the causes of
// stops against the safety gate's.
func TestLabelsAreRegistered(t *testing.T) {
	var causes []string
	for _, c := range safety.StopCauses() {
		causes = append(causes, c.String())
	}
	selector := regexp.MustCompile(`(\w+)\{([^}]*)\}`)
	matcher := regexp.MustCompile(`(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"`)
	checked := 0
	for _, path := range []string{recordsFile, alertsFile} {
		for _, r := range rulesOf(t, path) {
			for _, s := range selector.FindAllStringSubmatch(r.Expr, -1) {
				d, own := series(s[1])
				for _, m := range matcher.FindAllStringSubmatch(s[2], -1) {
					checked++
					if own && !slices.Contains(d.Labels, m[1]) {
						t.Errorf("%s%s: %s has no label %s", r.Record, r.Alert, s[1], m[1])
					}
					if s[1] == metrics.StopCause {
						for _, cause := range strings.Split(m[2], "|") {
							if !slices.Contains(causes, cause) {
								t.Errorf("%s%s: no stop has the cause %q", r.Record, r.Alert, cause)
							}
						}
					}
				}
			}
		}
	}
	if checked < 8 {
		t.Errorf("only %d labels found", checked)
	}
}
