package metrics

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/aether-arm/aetherd/safety"
)

var update = flag.Bool("update", false, "rewrite testdata/metrics.golden and docs/metrics.md")

// full returns a registry on which every metric has a series: also the holder.
func full() (*Set, *prometheus.Registry) {
	return exposing(func() GateStatus {
		return GateStatus{Snapshot: safety.Snapshot{State: safety.Active, Holder: "pendant"}}
	})
}

func exposing(status func() GateStatus) (*Set, *prometheus.Registry) {
	reg := prometheus.NewRegistry()
	return New(reg, Options{
		Version: "1.2.3", Arm: "bench", Driver: "sim", DecodeCodes: []string{"invalid_json", "missing_field"}, Status: status,
	}), reg
}

// registered lists the names of aetherd's own metrics on reg, sorted.
func registered(t *testing.T, reg prometheus.Gatherer) []string {
	t.Helper()
	var names []string
	for name := range gather(t, reg) {
		if strings.HasPrefix(name, "aetherd_") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestGolden(t *testing.T) {
	_, reg := full()
	families := gather(t, reg)
	var out strings.Builder
	for _, name := range registered(t, reg) {
		f := families[name]
		var labels, bounds []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		fmt.Fprintf(&out, "%s\n\t%s{%s}\n\t%s\n", name, strings.ToLower(f.GetType().String()), strings.Join(labels, ","), f.GetHelp())
		for _, b := range f.GetMetric()[0].GetHistogram().GetBucket() {
			bounds = append(bounds, fmt.Sprint(b.GetUpperBound()))
		}
		if bounds != nil {
			fmt.Fprintf(&out, "\tbuckets %s\n", strings.Join(bounds, " "))
		}
	}
	compareFile(t, "testdata/metrics.golden", out.String())
}

// compareFile fails unless the file holds want; with -update it writes the file.
func compareFile(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(have), want); diff != "" {
		t.Errorf("%s is not current; go test -update rewrites it (-file +now):\n%s", path, diff)
	}
}

func TestLint(t *testing.T) {
	_, reg := full()
	problems, err := testutil.GatherAndLint(reg, registered(t, reg)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func TestEveryConstantIsRegistered(t *testing.T) {
	_, reg := full()
	if diff := cmp.Diff(constants(t), registered(t, reg)); diff != "" {
		t.Errorf("names (-constants +registered):\n%s", diff)
	}
}

func TestEveryConstantIsDefined(t *testing.T) {
	var defined []string
	for _, d := range Definitions() {
		defined = append(defined, d.Name)
	}
	slices.Sort(defined)
	if diff := cmp.Diff(constants(t), defined); diff != "" {
		t.Errorf("names (-constants +definitions):\n%s", diff)
	}
}

// constants lists the names that are written as constants in names.go, sorted.
func constants(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "names.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.CONST {
			ast.Inspect(d, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok {
					if s, err := strconv.Unquote(lit.Value); err == nil && strings.HasPrefix(s, "aetherd_") {
						names = append(names, s)
					}
				}
				return true
			})
		}
	}
	slices.Sort(names)
	return names
}

func TestRuntimeAndProcessAreRegistered(t *testing.T) {
	_, reg := full()
	families := gather(t, reg)
	for _, name := range []string{"go_goroutines", "process_start_time_seconds"} {
		if families[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
}
