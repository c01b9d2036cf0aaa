package client

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/aether-arm/aetherd/codec"
)

// EventKind says what an Event tells.
type EventKind uint8

const (
	StateEvent      EventKind = iota // State
	ControlEvent                     // Holder has control now, "" for nobody
	ConnectionEvent                  // Connection: until it is up again, no state comes
)

// Event is one thing that a subscriber is told; its Kind says which member is valid.
type Event struct {
	Kind       EventKind
	State      State
	Holder     string
	Connection Connection
}

// The daemon's names of the events that every subscriber gets.
const (
	eventState   = "state"
	eventControl = "control"
)

// Subscribe returns the state rate times a second (0: 10, else from 0.01 to 50), the first
// one at once, every change of control, and every change of the connection, across which the
// subscription lasts. Who is slow gets the newest of each and no backlog. The sequence ends
// without an error when ctx ends, and with one after Close or where the rate is refused;
// the subscription ends with it.
//
// All subscriptions of a client share the highest rate that one of them asks for.
func (c *Client) Subscribe(ctx context.Context, rate float64) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if rate == 0 {
			rate = codec.DefaultRate
		}
		if _, err := encode(&codec.Request{Type: codec.TypeSubscribe, RateHz: rate}, 1); err != nil {
			yield(Event{}, fmt.Errorf("subscribe: %w", err))
			return
		}
		box := c.join(rate)
		defer func() {
			c.audience.remove(box)
			c.retune()
		}()
		for {
			e, err := box.next(ctx)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				yield(Event{}, fmt.Errorf("subscribe: %w", err))
				return
			case !yield(e, nil):
				return
			}
		}
	}
}

// join adds a subscriber. One that comes while the connection is down is told so first.
func (c *Client) join(rate float64) *mailbox {
	box := newMailbox()
	c.mu.Lock() // no change of the connection comes between
	c.audience.add(box, rate)
	if !c.connection.Up {
		box.put(Event{Kind: ConnectionEvent, Connection: c.connection})
	}
	c.mu.Unlock()
	c.retune()
	return box
}

// tuning is the subscription of one connection.
type tuning struct {
	rate    float64 // asked for last, Hz; 0: none
	waiting bool    // its reply has not come
}

// retune asks the daemon for the rate that the subscribers want, unless it has been asked
// already. One request is in flight at most; its reply leads back here.
func (c *Client) retune() {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, t, rate := c.link, &c.tuning, c.audience.rate()
	if l == nil || t.waiting || t.rate == rate {
		return
	}
	r := &codec.Request{Type: codec.TypeSubscribe, RateHz: rate}
	if rate == 0 {
		r.Type, r.RateHz = codec.TypeUnsubscribe, 0
	}
	if _, err := l.post(r, nil, func(_ *reply, err error) { c.tuned(l, rate, err) }); err == nil {
		*t = tuning{rate: rate, waiting: true}
	}
}

// tuned takes the reply to a subscription of l.
func (c *Client) tuned(l *link, rate float64, err error) {
	c.mu.Lock()
	if c.link == l {
		c.tuning.waiting = false
	}
	c.mu.Unlock()
	switch {
	case l.reason() != nil: // the next connection subscribes anew
		return
	case err != nil:
		c.audience.refuse(err)
	case rate == 0:
		l.expect(0)
	default:
		l.expect(time.Duration(float64(time.Second) / rate))
	}
	c.retune()
}

// publish tells everybody of an event of the daemon.
func (c *Client) publish(r *reply) {
	switch r.Event {
	case eventState:
		c.audience.tell(Event{Kind: StateEvent, State: r.state()})
	case eventControl:
		c.audience.tell(Event{Kind: ControlEvent, Holder: r.Holder})
	}
}
