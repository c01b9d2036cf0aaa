package teleop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

// releaseWithin bounds how long a release is pursued. The deadman does its work long before,
// where the daemon does not hear it.
const releaseWithin = 500 * time.Millisecond

// order is one frame's motion.
type order struct {
	target  safety.Point
	gripper safety.Gripper
	expires time.Time // where this program stands still meanwhile, it is not sent
	epoch   int
}

// result is what became of an order.
type result struct {
	order
	err  error
	took time.Duration // until the daemon answered
}

// sender talks to the daemon, one request after the other.
type sender struct {
	arm    *client.Client
	moving []client.Option // of a move
	dry    bool            // asks for verdicts only
	within time.Duration   // the daemon has to answer
	told   func(result)

	wake chan struct{}

	mu      sync.Mutex
	next    *order
	release bool
	busy    bool
	ending  bool
	epoch   int // of engagements: what belongs to an older one is of no interest any longer
	abandon context.CancelFunc
}

// room reports whether an order would be sent at once.
func (s *sender) room() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.busy && s.next == nil && !s.release
}

// send sends an order.
func (s *sender) send(o order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.epoch = s.epoch
	s.next = &o
	s.nudge()
}

// hold gives up what is under way and releases: at once, and after all that was sent before.
func (s *sender) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	s.next, s.release = nil, true
	if s.abandon != nil {
		s.abandon()
	}
	s.nudge()
}

// current reports whether r belongs to the present engagement.
func (s *sender) current(r *result) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return r.epoch == s.epoch
}

// end has run return when all is sent.
func (s *sender) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ending = true
	s.nudge()
}

func (s *sender) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *sender) run() {
	for range s.wake {
		for s.step() {
		}
		s.mu.Lock()
		ending := s.ending
		s.mu.Unlock()
		if ending {
			return
		}
	}
}

// step sends what is to be sent next, and returns false where that is nothing.
func (s *sender) step() bool {
	s.mu.Lock()
	release, next := s.release, s.next
	s.release, s.next = false, nil
	s.busy = release || next != nil
	ctx, cancel := context.WithTimeout(context.Background(), s.within)
	s.abandon = cancel
	s.mu.Unlock()
	defer cancel()
	switch {
	case release:
		s.giveUp()
	case next != nil:
		begun := time.Now()
		err := s.move(ctx, next)
		s.told(result{*next, err, time.Since(begun)})
	default:
		return false
	}
	return true
}

func (s *sender) move(ctx context.Context, o *order) error {
	_, err := s.arm.Move(ctx, o.target, append(slices.Clip(s.moving), client.Expires(o.expires))...)
	if err == nil && o.gripper != safety.GripperUnchanged {
		if time.Now().After(o.expires) { // the daemon is given no time: an arm may have to brake before it grips
			return client.ErrExpired
		}
		var opts []client.Option
		if s.dry {
			opts = append(opts, client.CheckOnly())
		}
		_, err = s.arm.Grip(ctx, o.gripper, opts...)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the daemon has not answered for %v", s.within)
	}
	return err
}

// giveUp releases. A station that sends faster than its rate is asked to wait, which it does.
func (s *sender) giveUp() {
	if s.dry {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), releaseWithin)
	defer cancel()
	for {
		err := s.arm.Release(ctx)
		var refused *client.Error
		if !errors.As(err, &refused) || refused.Code != client.ErrRateLimited {
			return // done, not ours, or nobody there: then the deadman or the lost connection holds
		}
		if !sleep(ctx, refused.RetryAfter) {
			return
		}
	}
}
