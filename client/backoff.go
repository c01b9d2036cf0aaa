package client

import (
	"math/rand/v2"
	"time"
)

// backoff spaces attempts to connect: each wait is up to twice the one before. At random it
// is up to a half shorter, so that the stations of a daemon that was restarted come one by one.
type backoff struct {
	first, most time.Duration
	wait        time.Duration
}

// next returns how long to wait before the next attempt.
func (b *backoff) next() time.Duration {
	b.wait = min(max(2*b.wait, b.first), b.most)
	return b.wait - rand.N(b.wait/2+1)
}

// succeeded has the waits begin anew.
func (b *backoff) succeeded() { b.wait = 0 }
