//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/daemon/daemontest"
)

// BenchmarkStop times aetherctl stop from the start of the process to its end, against a
// program that does nothing else, turn by turn.
func BenchmarkStop(b *testing.B) {
	a := daemontest.Start(b)
	dir := b.TempDir()
	ctl, bare := filepath.Join(dir, "aetherctl"), filepath.Join(dir, "barestop")
	for path, source := range map[string]string{ctl: ".", bare: "./testdata/barestop"} {
		cmd := exec.Command("go", "build", "-o", path, source)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
	}
	var whole, least []time.Duration
	for b.Loop() {
		whole = append(whole, took(b, ctl, "stop", "--address", a.Command, "--stop-address", a.Stop))
		least = append(least, took(b, bare, a.Stop))
	}
	b.ReportMetric(median(whole).Seconds()*1000, "ms/stop")
	b.ReportMetric(median(least).Seconds()*1000, "ms/bare")
	b.ReportMetric(float64(median(whole))/float64(median(least)), "ratio")
}

func took(b *testing.B, program string, args ...string) time.Duration {
	b.Helper()
	begun := time.Now()
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return time.Since(begun)
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}
