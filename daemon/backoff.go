package daemon

import (
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// backoff spaces the attempts to open the arm: each wait is twice the one before.
type backoff struct {
	first, most time.Duration
	wait        time.Duration
	next        safety.Instant // the earliest moment of the next attempt
}

// failed notes an attempt that failed at now and returns how long to wait.
func (b *backoff) failed(now safety.Instant) time.Duration {
	b.wait = min(max(2*b.wait, b.first), b.most)
	b.next = now + b.wait
	return b.wait
}

// begin begins anew: the first attempt comes the shortest wait after now, a lost device
// needs a moment to appear again.
func (b *backoff) begin(now safety.Instant) {
	b.wait = 0
	b.failed(now)
}
