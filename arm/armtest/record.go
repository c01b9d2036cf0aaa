package armtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// record keeps an emulator's events for a test.
type record struct {
	mu     sync.Mutex
	events []Event
	cursor int           // WaitFor has seen the events before it
	grown  chan struct{} // closed at the next event
	ended  bool
}

func newRecord() *record { return &record{grown: make(chan struct{})} }

func (r *record) add(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
	r.wake()
}

func (r *record) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	r.wake()
}

func (r *record) wake() {
	close(r.grown)
	r.grown = make(chan struct{})
}

// WaitFor returns the next event that match accepts. It reads the events as a
// stream: each call goes on behind the event that the call before returned, so
// an event that came before WaitFor was called is not missed. One goroutine at a
// time may wait.
func (r *record) WaitFor(ctx context.Context, match func(Event) bool) (Event, error) {
	for {
		r.mu.Lock()
		for ; r.cursor < len(r.events); r.cursor++ {
			if e := r.events[r.cursor]; match(e) {
				r.cursor++
				r.mu.Unlock()
				return e, nil
			}
		}
		grown, ended := r.grown, r.ended
		r.mu.Unlock()
		if ended {
			return Event{}, r.missing(errors.New("the emulator has ended"))
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return Event{}, r.missing(ctx.Err())
		}
	}
}

// missing adds to err what was seen instead.
func (r *record) missing(err error) error {
	events := slices.DeleteFunc(r.Events(), func(e Event) bool { return e.Ev == EvPos })
	return fmt.Errorf("wait for an event: %w; the last were %+v", err, events[max(0, len(events)-5):])
}

// Skip lets the next WaitFor begin with what happens from now on.
func (r *record) Skip() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cursor = len(r.events)
}

// Events returns everything that has happened.
func (r *record) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// Last returns the latest event: where the arm is, to 5 ms of motion.
func (r *record) Last() Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.events) == 0 {
		return Event{}
	}
	return r.events[len(r.events)-1]
}

// Is returns a match for WaitFor: an event ev whose text is one of texts, or
// any if there are none.
func Is(ev string, texts ...string) func(Event) bool {
	return func(e Event) bool {
		return e.Ev == ev && (len(texts) == 0 || slices.Contains(texts, e.Text))
	}
}
