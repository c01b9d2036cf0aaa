package daemon

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/metrics"
	"github.com/aether-arm/aetherd/safety"
)

// herald tells what nobody asked for: it sends the events of the gate to the stations that
// wait for them, writes them to the log, and sends the state to subscribers at their rate.
// It is one goroutine, so everybody hears of things in the order in which they happened.
type herald struct {
	clock    clock
	log      zerolog.Logger
	stops    zerolog.Logger // sampled, for those of stations, which may give another name each time
	metrics  *metrics.Set
	stations *stations
	state    func(*station) *codec.State // set before run

	news   atomic.Bool // was posted, and run was not woken for it
	mu     sync.Mutex
	queue  []safety.Event
	lost   int                      // events that found the queue full
	cutOff map[*safety.Session]bool // whose notice found the queue full
	rates  map[*station]*rhythm     // subscribers
	wake   chan struct{}
}

// rhythm is when a subscriber gets the state.
type rhythm struct {
	every time.Duration
	next  safety.Instant
}

// maxQueued bounds the events that wait to be told. Beyond it, a station that is owed a
// notice is disconnected, and what would only be logged is counted.
const maxQueued = 8192

func newHerald(c clock, log zerolog.Logger, m *metrics.Set, s *stations) *herald {
	return &herald{
		clock: c, log: log, stops: sampled(log), metrics: m, stations: s,
		cutOff: map[*safety.Session]bool{},
		rates:  map[*station]*rhythm{},
		wake:   make(chan struct{}, 1),
	}
}

// post takes events over. The gate's lock is held, so their order is kept. nudge must follow.
func (h *herald) post(events []safety.Event) {
	h.mu.Lock()
	for _, e := range events {
		h.metrics.Count(e)
		switch {
		case h.repeats(e):
			h.queue[len(h.queue)-1] = e
		case len(h.queue) < maxQueued:
			h.queue = append(h.queue, e)
		case e.Session != nil:
			h.cutOff[e.Session] = true
		default:
			h.lost++
		}
	}
	h.mu.Unlock()
	h.news.Store(true)
}

// repeats reports whether e is one more stop by the same cause as the one before: one line
// of the log says as much as a thousand.
func (h *herald) repeats(e safety.Event) bool {
	if e.Kind != safety.StopLatched || len(h.queue) == 0 {
		return false
	}
	last := h.queue[len(h.queue)-1]
	return last.Kind == e.Kind && last.Cause == e.Cause
}

// nudge wakes run if there is news. It comes after what is more urgent: a goroutine that is woken
// goes ahead of those that were woken before it, and a stop is on its way to the arm.
func (h *herald) nudge() {
	if h.news.Swap(false) {
		h.awaken()
	}
}

func (h *herald) awaken() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// subscribe begins to send the state to s, rate times a second.
func (h *herald) subscribe(s *station, rate float64) {
	h.mu.Lock()
	h.rates[s] = &rhythm{every: time.Duration(float64(time.Second) / rate), next: h.clock.now()}
	h.metrics.Subscribers.Set(float64(len(h.rates)))
	h.mu.Unlock()
	h.awaken()
}

func (h *herald) unsubscribe(s *station) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.rates, s)
	h.metrics.Subscribers.Set(float64(len(h.rates)))
}

// run tells until ctx ends, and then what is left.
func (h *herald) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		h.tell()
		if wait, more := h.publish(); more {
			timer.Reset(wait)
		} else {
			timer.Stop() // no wake-ups without subscribers
		}
		select {
		case <-ctx.Done():
			h.tell()
			return
		case <-h.wake:
		case <-timer.C:
		}
	}
}

// tell tells every event that waits.
func (h *herald) tell() {
	h.mu.Lock()
	events, cutOff, lost := h.queue, h.cutOff, h.lost
	h.queue, h.cutOff, h.lost = nil, map[*safety.Session]bool{}, 0
	h.mu.Unlock()
	for _, e := range events {
		h.report(e)
	}
	for session := range cutOff {
		if s := h.stations.of(session); s != nil {
			h.log.Warn().Uint64("session", s.id).Stringer("address", s.remote).Msg("disconnected: more notices than can be sent")
			_ = s.conn.Close()
		}
	}
	if lost > 0 {
		h.log.Warn().Int("events", lost).Msg("events were not logged: too many at once")
	}
}

func (h *herald) report(e safety.Event) {
	switch e.Kind {
	case safety.StateChanged:
		h.log.Info().Stringer("state", e.State).Stringer("cause", e.Cause.Kind).Str("by", e.Cause.By).Msg("state")
	case safety.StopLatched:
		log := &h.log
		if e.Cause.Kind == safety.CauseStation {
			log = &h.stops
		}
		log.Warn().Uint64("stop_id", e.StopID).Stringer("cause", e.Cause.Kind).Str("by", e.Cause.By).Msg("stopped")
	case safety.ControlChanged:
		h.log.Info().Str("holder", e.Holder).Msg("control")
		h.toSubscribers(codec.AppendControlEvent(nil, e.Holder))
	default:
		if s := h.stations.of(e.Session); s != nil {
			s.send(notice(e))
		}
	}
}

// notice is the one event that a motion with notify ends in.
func notice(e safety.Event) []byte {
	id := []byte(e.Tag)
	switch e.Kind {
	case safety.Done:
		return codec.AppendDone(nil, id, e.Position)
	case safety.Superseded:
		return codec.AppendSuperseded(nil, id)
	case safety.ExpiredUnbegun:
		return codec.AppendExpired(nil, id)
	default:
		return codec.AppendCutOff(nil, id, e.Cause.Kind.String())
	}
}

func (h *herald) toSubscribers(line []byte) {
	h.mu.Lock()
	subscribers := slices.Collect(maps.Keys(h.rates))
	h.mu.Unlock() // whoever holds the gate's lock may be waiting to post
	for _, s := range subscribers {
		s.send(line)
	}
}

// publish sends the state to the subscribers whose time has come, and returns when the
// next one's does.
func (h *herald) publish() (wait time.Duration, more bool) {
	now := h.clock.now()
	var due []*station
	next := safety.Instant(1<<63 - 1)
	h.mu.Lock()
	for s, r := range h.rates {
		if now >= r.next {
			due = append(due, s)
			r.next = max(r.next+r.every, now)
		}
		next = min(next, r.next)
	}
	more = len(h.rates) > 0
	h.mu.Unlock()
	for _, s := range due {
		s.send(codec.AppendStateEvent(nil, h.state(s)))
	}
	return next - now, more
}
