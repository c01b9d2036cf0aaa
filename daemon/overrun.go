package daemon

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

var errOverran = errors.New("a write overran its deadline")

// overrun watches calls that may block, from outside: one call at a time.
type overrun struct {
	clock    clock
	deadline time.Duration
	timer    *time.Timer
	began    atomic.Int64 // moment of the call under way; 0: none; negative: it has overrun
}

func newOverrun(c clock, deadline time.Duration, stuck func()) *overrun {
	o := &overrun{clock: c, deadline: deadline}
	o.timer = time.AfterFunc(time.Hour, func() {
		// The timer of the call before may fire late: only the present call's age counts.
		began := o.began.Load()
		if began > 0 && o.clock.now()-safety.Instant(began) >= o.deadline && o.began.CompareAndSwap(began, -began) {
			stuck()
		}
	})
	o.timer.Stop()
	return o
}

// begin watches a call that begins at now.
func (o *overrun) begin(now safety.Instant) {
	o.began.Store(int64(now))
	o.timer.Reset(o.deadline)
}

// end ends it, and reports whether the call overran.
func (o *overrun) end() bool {
	o.timer.Stop()
	return o.began.Swap(0) < 0
}
