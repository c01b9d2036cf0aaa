package teleop

import (
	"time"

	"github.com/aether-arm/aetherd/client/internal/elapsed"
)

// clock is the time since it was made, with the sleep of the computer. It never goes back.
type clock struct {
	last time.Time
	at   time.Duration
}

func newClock() *clock { return &clock{last: time.Now()} }

func (c *clock) now() time.Duration {
	now := time.Now()
	c.at += max(elapsed.Between(c.last, now), 0)
	c.last = now
	return c.at
}
