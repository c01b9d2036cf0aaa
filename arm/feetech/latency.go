package feetech

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

const (
	byteTime    = safety.Instant(10e3)  // 10 bits at 1,000,000 baud
	returnDelay = safety.Instant(508e3) // the most that register 7 can be set to
	adapterWait = safety.Instant(4e6)   // four USB frames, and the scheduler
)

// answerWait is how long the answers of so many servos to a sync read take at most. What comes
// later would be taken for the answer to the next one.
func answerWait(servos int) safety.Instant {
	n := safety.Instant(servos)
	request := packetSize + 2 + n
	return request*byteTime + n*((packetSize+liveSize)*byteTime+returnDelay) + adapterWait
}

const (
	// latencyTries is how often the answers are timed, at most: a busy computer is late now and
	// then, an adapter always.
	latencyTries = 20
	// latencyWait is beyond what an adapter keeps answers for: 16 ms.
	latencyWait = 50 * time.Millisecond
)

// checkLatency refuses an adapter that keeps answers for too long.
func (b *Bus) checkLatency(ctx context.Context, ids []byte) error {
	best, most := latencyWait, answerWait(len(ids))
	for range latencyTries {
		took, err := b.timed(ctx, ids)
		if err != nil {
			return err
		}
		if best = min(best, took); best <= most {
			return nil
		}
	}
	if best == latencyWait {
		return nil // no sync read was answered by all: that is another fault
	}
	return fmt.Errorf("the answers of the servos take %v, and may take %v: the adapter keeps them; set its latency timer to 1 ms, "+
		"an FTDI's in /sys/bus/usb-serial/devices/ttyUSB…/latency_timer", best.Round(time.Millisecond/10), most.Round(time.Millisecond/10))
}

// timed returns how long it takes until all have answered to one sync read, latencyWait if they
// do not.
func (b *Bus) timed(ctx context.Context, ids []byte) (time.Duration, error) {
	began := time.Now()
	frame := packetOf(b.frame, broadcast, instSyncRead, append([]byte{firstLive, liveSize}, ids...)...)
	if err := b.send(frame); err != nil {
		return 0, err
	}
	over := time.NewTimer(latencyWait)
	defer over.Stop()
	for missing := slices.Clone(ids); len(missing) > 0; {
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-b.gone:
			return 0, b.failure()
		case <-over.C:
			return latencyWait, nil
		case p := <-b.heard:
			if len(p.params()) == liveSize {
				missing = slices.DeleteFunc(missing, func(id byte) bool { return id == p.id() })
			}
		}
	}
	return time.Since(began), nil
}
