package load

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The histogram's range and resolution, in ns: three digits of 100 ns to a minute, some 0.2 MB.
const (
	shortest = 100
	longest  = int64(time.Minute)
	digits   = 3
)

const codeOK = "ok"

// tally is what some stations have measured. Their goroutines share it, and take its lock once
// for all replies of one read.
type tally struct {
	mu       sync.Mutex
	latency  *hdrhistogram.Histogram
	lateness *hdrhistogram.Histogram // of this process
	codes    map[string]*uint64
	ok       *uint64
	answered uint64
	bytesIn  uint64
	last     time.Duration // when the last reply came
}

func newTally() *tally {
	t := &tally{latency: newHistogram(), lateness: newHistogram(), ok: new(uint64)}
	t.codes = map[string]*uint64{codeOK: t.ok}
	return t
}

// count notes a reply, with the lock held; a nil code is ok.
func (t *tally) count(code []byte, latency time.Duration, size int) {
	record(t.latency, latency)
	t.answered++
	t.bytesIn += uint64(size)
	if code == nil {
		*t.ok++
		return
	}
	n := t.codes[string(code)]
	if n == nil {
		n = new(uint64)
		t.codes[string(code)] = n
	}
	*n++
}

func newHistogram() *hdrhistogram.Histogram { return hdrhistogram.New(shortest, longest, digits) }

func record(h *hdrhistogram.Histogram, d time.Duration) {
	_ = h.RecordValue(min(max(int64(d), shortest), longest)) // which is in its range
}
