package metrics

import (
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/aether-arm/aetherd/safety"
)

// countBatch counts a batch of accepted commands as the daemon does.
func countBatch(s *Set, commands int) {
	for range commands {
		s.Verdicts[safety.Accepted].Inc()
	}
	s.Command.Frames.Add(float64(commands))
	s.CommandAge.Observe(12e-6)
}

func BenchmarkBatch(b *testing.B) {
	for _, commands := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(commands), func(b *testing.B) {
			s, _ := full()
			b.ReportAllocs()
			for b.Loop() {
				countBatch(s, commands)
			}
			all := float64(b.N * commands)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/all, "ns/command")
			if ok, frames := testutil.ToFloat64(s.Verdicts[safety.Accepted]), testutil.ToFloat64(s.Command.Frames); ok != all || frames != all {
				b.Fatalf("%v verdicts and %v frames of %v commands", ok, frames, all)
			}
		})
	}
}

// BenchmarkScrape gathers everything, with the collectors of the Go runtime and of the process.
func BenchmarkScrape(b *testing.B) {
	s, reg := full()
	countBatch(s, 1)
	most := 0
	b.ReportAllocs()
	for b.Loop() {
		families, err := reg.Gather()
		if err != nil || len(families) < most {
			b.Fatalf("%d metrics, were %d: %v", len(families), most, err)
		}
		most = len(families)
	}
	if most <= len(Definitions()) {
		b.Fatalf("%d metrics, and aetherd has %d of its own", most, len(Definitions()))
	}
}
