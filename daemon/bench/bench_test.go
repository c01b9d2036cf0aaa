package main

import (
	"encoding/json"
	"os"
	"os/exec"
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

// TestMain lets the test binary be the servers that bench starts.
func TestMain(m *testing.M) {
	runtime.KeepAlive(program)
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		main()
		return
	}
	os.Exit(m.Run())
}

// Every contestant answers every command under every load, and each comparison is a row.
func TestBench(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps every processor busy")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skipf("two of the servers are in Python: %v", err)
	}
	b := bench{loads: []goal{{shape: shape{1, 1}}, {shape: shape{8, 4}, throughput: 0.5}}, rounds: 2, each: 30 * time.Millisecond}
	rows, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := 5 * len(b.loads); len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
	for _, r := range rows {
		if r.Unit == "/s" && !(r.Ours > 0 && r.Theirs > 0 && r.Low <= r.High) {
			t.Errorf("%+v", r)
		}
	}
	for _, c := range b.contestants() {
		select {
		case <-c.ended:
		default:
			t.Errorf("%s still runs", c.name)
		}
	}
	var table strings.Builder
	if err := printTable(&table, rows); err != nil || strings.Count(table.String(), "\n") != len(rows)+2 {
		t.Errorf("%v\n%s", err, &table)
	}
	if _, err := json.Marshal(report{machine(), rows}); err != nil {
		t.Error(err)
	}
}

// A ratio is that of the medians, and its spread that of the rounds.
func TestCompare(t *testing.T) {
	ours, theirs := samples{8, 30, 10}, samples{10, 20, 40}
	got := compare("what", "whom", "/s", ours, theirs, 0.6, true)
	want := row{What: "what", Against: "whom", Unit: "/s", Ours: 10, Theirs: 20, ratio: ratio{0.5, 0.25, 1.5}, Target: 0.6, More: true}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(row{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := compare("", "", "", ours, theirs, 0.6, false); !got.Met {
		t.Error("0.5 is not at most 0.6")
	}
	if m := (samples{4, 1, 3, 2}).median(); m != 2.5 {
		t.Errorf("the median of four is %v", m)
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
