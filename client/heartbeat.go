package client

import (
	"context"
	"time"

	"github.com/aether-arm/aetherd/codec"
)

// beatsPerDeadman is how often a deadman is fed within its time: two beats may be late.
const beatsPerDeadman = 3

// Heartbeat pings every so often, 0: three times within the deadman, and so keeps the arm
// moving while no new motion is sent. It returns when ctx ends, with its error, or when the
// connection that it began with is lost.
//
// The deadman is there to hold the arm when the station's program hangs. A goroutine that
// pings in place of a program that hangs defeats it. So give Heartbeat the context of the work
// that it stands for, one that ends when that work is stuck, and never context.Background():
// of one motion, of a key that is held, of a time-out that is renewed with every frame. A
// station that streams targets needs no heartbeat: its motions feed the deadman.
func (c *Client) Heartbeat(ctx context.Context, every time.Duration) error {
	l, err := c.current()
	if err != nil {
		return err
	}
	if every <= 0 {
		every = c.beat()
	}
	beat := time.NewTicker(every)
	defer beat.Stop()
	for {
		if _, err := l.do(ctx, &codec.Request{Type: codec.TypePing}); err != nil {
			return err
		}
		select {
		case <-beat.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-l.gone:
			<-l.ended
			return lost(l.reason())
		}
	}
}

// beat is the time between two pings that keep the arm moving.
func (c *Client) beat() time.Duration {
	return max(c.Welcome().Deadman/beatsPerDeadman, time.Millisecond)
}

// ping sends a ping for whose reply nobody waits.
func (l *link) ping() {
	// An error is a link that has failed or is full: then its motions end, or others feed.
	_, _ = l.post(&codec.Request{Type: codec.TypePing}, nil, func(*reply, error) {})
}
