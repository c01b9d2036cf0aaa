package client

import (
	"context"
	"slices"
	"sync"
)

// mailbox holds the newest event of each kind, in the order in which they came, for one
// consumer. A slow one misses what was overtaken, and holds nobody up.
type mailbox struct {
	wake chan struct{}

	mu     sync.Mutex
	events []Event
	err    error // nothing more comes after events
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

func (b *mailbox) put(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = slices.DeleteFunc(b.events, func(old Event) bool { return old.Kind == e.Kind })
	b.events = append(b.events, e)
	b.nudge()
}

// end has next return err when the events that are there were taken.
func (b *mailbox) end(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = err
	}
	b.nudge()
}

func (b *mailbox) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// next waits for an event, and returns an error when no more will come.
func (b *mailbox) next(ctx context.Context) (Event, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Event{}, err
		}
		if e, ok, err := b.take(); ok || err != nil {
			return e, err
		}
		select {
		case <-b.wake:
		case <-ctx.Done():
		}
	}
}

func (b *mailbox) take() (e Event, ok bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) == 0 {
		return Event{}, false, b.err
	}
	e = b.events[0]
	b.events = slices.Delete(b.events, 0, 1)
	return e, true, nil
}
