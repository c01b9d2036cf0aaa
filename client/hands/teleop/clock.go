package teleop

import "time"

// clock is the time since it was made. A computer that sleeps stops its monotonic clock, and
// not the one on its wall: the time that has passed is the longer of both. A wall clock that
// is set forward is a hold that nobody needed, and no harm.
type clock struct {
	last time.Time
	at   time.Duration
}

func newClock() *clock { return &clock{last: time.Now()} }

func (c *clock) now() time.Duration {
	now := time.Now()
	c.at += max(now.Sub(c.last), now.Round(0).Sub(c.last.Round(0)), 0)
	c.last = now
	return c.at
}
