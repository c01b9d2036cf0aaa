package safety

import "time"

// bucket is a token bucket: burst requests at once, rate a second over time.
type bucket struct {
	tokens float64
	filled Instant
}

// take takes one token. Without one it says how long until there is one.
func (b *bucket) take(now Instant, rate float64, burst int) (ok bool, wait time.Duration) {
	if now != b.filled { // those of a batch come at once
		b.tokens = min(float64(burst), b.tokens+rate*(now-b.filled).Seconds())
		b.filled = now
	}
	if b.tokens >= 1 {
		b.tokens--
		return true, 0
	}
	return false, time.Duration((1 - b.tokens) / rate * float64(time.Second))
}
