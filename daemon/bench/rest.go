package main

import (
	"context"
	"time"
)

// rest measures how often an idle daemon wakes up, with stations connected that say nothing.
func (b *bench) rest(ctx context.Context) ([]row, error) {
	all := &contestants{}
	defer all.end()
	daemon, echo := all.aetherd(ctx, b, ""), all.server(ctx, "echo")
	if all.err != nil {
		return nil, all.err
	}
	var ours, theirs samples
	for _, c := range []*contestant{daemon, echo} {
		idle, err := gather(c, beside.stations)
		defer idle.leave()
		if err != nil {
			return nil, err
		}
	}
	if err := pause(ctx, settling); err != nil {
		return nil, err
	}
	for range b.rounds {
		for _, m := range []struct {
			c   *contestant
			all *samples
		}{{daemon, &ours}, {echo, &theirs}} {
			before, err := wakeUps(m.c.pid())
			if err != nil {
				return nil, err
			}
			if err := pause(ctx, 2*b.each); err != nil {
				return nil, err
			}
			after, err := wakeUps(m.c.pid())
			if err != nil {
				return nil, err
			}
			*m.all = append(*m.all, float64(after-before)/(2*b.each).Seconds())
		}
	}
	return []row{
		alone("wake-ups of an idle daemon", perSecond, ours, atMost(1)),
		alone("wake-ups of an idle "+rawEcho+", whose pool of goroutines was not ended", perSecond, theirs, target{}),
	}, nil
}

// settling is how long the Go runtime is busy with what was before.
const settling = 3 * time.Second

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
