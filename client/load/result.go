package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Result is what a run has measured, without its warm-up.
type Result struct {
	Config  Config
	Elapsed time.Duration // from the end of the warm-up to the last reply

	Sent     uint64
	Answered uint64
	Total    uint64 // answered, with the warm-up
	Unsent   uint64 // due in an open loop, and not sent, for Depth requests were in flight

	Codes    map[string]uint64 // replies by their code; "ok" are those without one
	BytesOut uint64            // of requests
	BytesIn  uint64            // of replies

	Latency *hdrhistogram.Histogram // ns, of every reply, to three digits; what took over a minute is a minute

	// Lateness is how late this process was with what it could have sent, in an open loop. It
	// is not a part of the latencies.
	Lateness *hdrhistogram.Histogram // ns
}

// Lost returns how many requests have no reply.
func (r *Result) Lost() uint64 { return r.Sent - r.Answered }

// PerSecond returns replies a second.
func (r *Result) PerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Answered) / r.Elapsed.Seconds()
}

// Quantile returns the latency that a share of all replies, from 0 to 1, was not above; 0 where
// there are none.
func (r *Result) Quantile(share float64) time.Duration {
	return time.Duration(r.Latency.ValueAtPercentile(100 * share))
}

// Max returns the longest latency.
func (r *Result) Max() time.Duration { return time.Duration(r.Latency.Max()) }
