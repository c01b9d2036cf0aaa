package daemon

import (
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// clock gives the moments that the gate and the drivers work with: monotonic, since the
// daemon started.
type clock struct{ start time.Time }

func newClock() clock { return clock{time.Now()} }

func (c clock) now() safety.Instant { return time.Since(c.start) }

// until returns how long to wait for then.
func (c clock) until(then safety.Instant) time.Duration { return then - c.now() }
