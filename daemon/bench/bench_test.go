package main

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/daemon"
)

// program is linked into the test binary because the daemon runs in a process of its own:
// go test takes a result from its cache as long as the test binary is the same.
var program = daemon.Run

// TestMain lets the test binary be the servers and the floods that bench starts.
func TestMain(m *testing.M) {
	runtime.KeepAlive(program)
	if len(os.Args) > 1 && (os.Args[1] == "serve" || os.Args[1] == "flood") {
		main()
		return
	}
	os.Exit(m.Run())
}

// Every section of the table is measured, on every processor at once, briefly.
func TestBench(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps every processor busy")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skipf("two of the servers are in Python: %v", err)
	}
	b := bench{rounds: 1, each: 30 * time.Millisecond, stops: 2, crowd: 100}
	wantRows := map[string]int{"throughput": 5*len(loads) + 1, "stop": 2 + 2*2*len(situations), "crowd": 3, "ticks": 3 * len(floods), "rest": 2, "fleet": 2, "code": 6}
	var names []string
	for _, s := range sections {
		t.Run(s.name, func(t *testing.T) {
			rows, err := b.run(t.Context(), []section{s})
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != wantRows[s.name] {
				t.Errorf("%d rows, want %d", len(rows), wantRows[s.name])
			}
			for _, r := range rows {
				names = append(names, r.What+" / "+r.Against)
				if !(r.Ours >= 0 && r.Low <= r.High) || math.IsInf(r.Ours, 0) || r.Against != "" && !(r.Ratio > 0) {
					t.Errorf("%+v", r)
				}
			}
			var table strings.Builder
			if err := printTable(&table, rows); err != nil || strings.Count(table.String(), "\n") != len(rows)+2 {
				t.Errorf("%v\n%s", err, &table)
			}
			if _, err := json.Marshal(report{about(), rows}); err != nil {
				t.Error(err)
			}
		})
	}
	if diff := cmp.Diff(published(t), unnumbered(names)); diff != "" && !t.Failed() {
		t.Errorf("the rows of docs/performance.md are not those of make bench: publish its table anew (-published +measured)\n%s", diff)
	}
}

// published returns what the rows of the published table are of.
func published(t *testing.T) (names []string) {
	t.Helper()
	doc, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(doc), "| what ")
	table, _, _ = strings.Cut(table, "\n\n")
	for _, line := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(line, "|")
		names = append(names, strings.TrimSpace(cells[1])+" / "+strings.TrimSpace(cells[3]))
	}
	return unnumbered(names)
}

// unnumbered replaces how large a crowd, and how many stops: a short run has fewer.
func unnumbered(names []string) (all []string) {
	for _, name := range names {
		all = append(all, regexp.MustCompile(`\b(of|with) \d+\b`).ReplaceAllString(name, "$1 N"))
	}
	return all
}

func TestChoose(t *testing.T) {
	if parts, err := choose(nil); err != nil || len(parts) != len(sections) {
		t.Errorf("all: %v, %v", parts, err)
	}
	if parts, err := choose([]string{"stop"}); err != nil || len(parts) != 1 || parts[0].name != "stop" {
		t.Errorf("one: %v, %v", parts, err)
	}
	if _, err := choose([]string{"stopp"}); err == nil || !strings.Contains(err.Error(), "throughput, stop, crowd") {
		t.Errorf("none: %v", err)
	}
}

func TestRows(t *testing.T) {
	ours, theirs := samples{8, 30, 10}, samples{10, 20, 40}
	want := row{What: "what", Against: "whom", Unit: "/s", Ours: 10, Theirs: 20, Ratio: 0.5, Low: 0.25, High: 1.5, Target: "≥ 0.6"}
	if diff := cmp.Diff(want, compare("what", "whom", "/s", ours, theirs, atLeast(0.6))); diff != "" {
		t.Errorf("a ratio (-want +got)\n%s", diff)
	}
	want = row{What: "what", Unit: "KB", Ours: 10, Low: 8, High: 30, Target: "≤ 10", Met: true}
	if diff := cmp.Diff(want, alone("what", "KB", ours, atMost(10))); diff != "" {
		t.Errorf("alone (-want +got)\n%s", diff)
	}
	for _, tt := range []struct {
		shall target
		x     float64
		met   bool
	}{{target{}, 7, true}, {atMost(0), 0, true}, {atMost(0), 0.1, false}, {atLeast(0.9), 0.9, true}, {atLeast(0.9), 0.89, false}} {
		if met := tt.shall.met(tt.x); met != tt.met {
			t.Errorf("%v of %v: %v", tt.x, tt.shall, met)
		}
	}
}

func TestQuantiles(t *testing.T) {
	s := samples{4, 1, 3, 2}
	for share, want := range map[float64]float64{0: 1, 0.5: 2.5, 0.9: 3.7, 1: 4} {
		if got := s.quantile(share); math.Abs(got-want) > 1e-12 {
			t.Errorf("of the samples at %v: %v, want %v", share, got, want)
		}
	}
	h := histogram{{0.01, 90}, {0.1, 99}, {1, 100}}
	for share, want := range map[float64]float64{0.5: 0.01, 0.9: 0.01, 0.95: 0.1, 1: 1} {
		if got := h.quantile(share); got != want {
			t.Errorf("of the buckets at %v: %v, want %v", share, got, want)
		}
	}
}

func TestCPUTime(t *testing.T) {
	before, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); time.Since(begun) < 200*time.Millisecond; { // uses the processor
	}
	after, err := cpuTime(os.Getpid())
	if used := after - before; err != nil || used <= 0 {
		t.Errorf("%v were used, %v", used, err)
	}
	if _, err := cpuTime(1 << 30); err == nil {
		t.Error("a process that is not there has used time")
	}
}

func TestFigure(t *testing.T) {
	for _, tt := range []struct {
		x    float64
		unit string
		want string
	}{
		{0, "", "0"}, {0.00256, "", "0.00256"}, {999.5, micros, "1000 µs"}, {1234.5, micros, "1234 µs"}, {110_400, perSecond, "110 k/s"}, {1_234_567, perSecond, "1.23 M/s"},
	} {
		if got := figure(tt.x, tt.unit); got != tt.want {
			t.Errorf("%v %s is printed %q, want %q", tt.x, tt.unit, got, tt.want)
		}
	}
}
