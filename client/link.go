package client

import (
	"context"
	"fmt"
	"math"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/aether-arm/aetherd/codec"
)

// link is one connection: a queue of requests to write, and those that wait for their
// replies, which come in the order of the requests. One goroutine writes and one reads;
// callers never touch the connection.
type link struct {
	conn     net.Conn
	limit    int           // of calls in the queue and in flight
	patience time.Duration // for a reply
	publish  func(*reply)  // takes state and control events; nil: nobody does
	wake     chan struct{} // the queue has something
	gone     chan struct{} // closed when the link has failed
	ended    chan struct{} // closed when both goroutines have ended and every caller knows

	mu      sync.Mutex
	lastID  uint64
	queue   []*call            // not handed to the connection yet
	flying  []*call            // waiting for their replies, the oldest first
	motions map[uint64]*Motion // accepted, and their outcome not told
	greeted bool               // something was answered
	heard   time.Time          // of the last state event
	period  time.Duration      // of state events, 0 where none are due
	err     error              // why the link ended
}

// newLink starts to serve conn, until it fails.
func newLink(conn net.Conn, cfg *Config, publish func(*reply)) *link {
	l := &link{
		conn: conn, limit: cfg.InFlight, patience: cfg.ReplyTimeout, publish: publish,
		wake: make(chan struct{}, 1), gone: make(chan struct{}), ended: make(chan struct{}),
		motions: map[uint64]*Motion{},
	}
	go l.serve()
	return l
}

func (l *link) serve() {
	defer close(l.ended)
	var writer sync.WaitGroup
	writer.Go(l.write)
	l.fail(l.read())
	writer.Wait()
	l.dismiss()
}

// fail ends the link; the first reason is kept.
func (l *link) fail(reason error) {
	l.mu.Lock()
	first := l.err == nil
	if first {
		l.err = reason
		close(l.gone)
	}
	recall := l.recalls()
	l.mu.Unlock()
	if !first {
		return
	}
	if conn, ok := l.conn.(interface{ SetLinger(sec int) error }); ok && recall {
		_ = conn.SetLinger(0)
	}
	_ = l.conn.Close() // ends both goroutines
}

// recalls reports whether what was written and has not arrived is to be dropped with the
// connection. By itself the system goes on delivering it for minutes: after an outage, motion of
// which nobody knows any longer would move the arm. A stop may come late. The lock is held.
func (l *link) recalls() bool {
	stops := func(c *call) bool { return c.kind == codec.TypeStop }
	return len(l.flying) > 0 && !slices.ContainsFunc(l.flying, stops)
}

// close ends the link and waits until it has.
func (l *link) close(reason error) {
	l.fail(reason)
	<-l.ended
}

// reason returns why the link ended, nil where it has not.
func (l *link) reason() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// dismiss tells everybody who still waits that the link has ended.
func (l *link) dismiss() {
	l.mu.Lock()
	calls := slices.Concat(l.flying, l.queue)
	motions := l.motions
	l.flying, l.queue, l.motions = nil, nil, nil
	err := lost(l.err)
	l.mu.Unlock()
	for _, c := range calls {
		c.finish(nil, err)
	}
	for _, m := range motions {
		m.settle(Outcome{}, err)
	}
}

// do asks r and waits for the reply.
func (l *link) do(ctx context.Context, r *codec.Request) (*reply, error) {
	w, err := l.ask(ctx, r, nil)
	if err != nil {
		return nil, err
	}
	return w.wait(ctx)
}

// ask puts r into the queue; its outcome goes to m if there is one.
func (l *link) ask(ctx context.Context, r *codec.Request, m *Motion) (waiting, error) {
	if err := ctx.Err(); err != nil {
		return waiting{}, fmt.Errorf("%w: %w", ErrNotSent, err)
	}
	answered := make(chan answer, 1)
	c, err := l.post(r, m, func(r *reply, err error) { answered <- answer{r, err} })
	return waiting{l, c, answered}, err
}

// post puts r into the queue, and has finish called with the reply, or with what came in its
// place. finish must not block. A stop goes ahead of all that is not written, and has room of
// its own. A subscription, of which one at most is under way, always has room.
func (l *link) post(r *codec.Request, m *Motion, finish func(*reply, error)) (*call, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.err != nil:
		return nil, ErrNotConnected
	case len(l.queue)+len(l.flying) >= l.room(r.Type):
		return nil, ErrTooManyInFlight
	}
	line, err := encode(r, l.lastID+1)
	if err != nil {
		return nil, err
	}
	l.lastID++
	c := &call{id: l.lastID, kind: r.Type, line: line, motion: m, finish: finish}
	if r.TTL > 0 {
		c.expires = time.Now().Add(r.TTL)
	}
	if r.Type == codec.TypeStop {
		l.queue = slices.Insert(l.queue, 0, c)
	} else {
		l.queue = append(l.queue, c)
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return c, nil
}

// room returns how many calls there may be before one of type t.
func (l *link) room(t codec.Type) int {
	switch t {
	case codec.TypeSubscribe, codec.TypeUnsubscribe:
		return math.MaxInt
	case codec.TypeStop:
		return 2 * l.limit
	}
	return l.limit
}

// withdraw takes c out of the queue. It returns false where c was handed to the connection:
// then its reply is still taken in its turn.
func (l *link) withdraw(c *call) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.queue, c); i >= 0 {
		l.queue = slices.Delete(l.queue, i, i+1)
		return true
	}
	c.abandoned = true
	return false
}

// write writes what comes into the queue, all that is there at once. Where it blocks, the reply
// to what it writes is missed in time, and the link fails.
func (l *link) write() {
	var out []byte
	for {
		select {
		case <-l.wake:
		case <-l.gone:
			return
		}
		if out = l.load(out[:0]); len(out) == 0 {
			continue
		}
		if _, err := l.conn.Write(out); err != nil {
			l.fail(err)
			return
		}
	}
}

// load moves the queue to the calls in flight, and appends its lines to out, but for those whose
// time has run out: this process may have stood still since they were put there.
func (l *link) load(out []byte) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, c := range l.queue {
		if !c.expires.IsZero() && remaining(c.expires, now) <= 0 {
			c.finish(nil, errExpired)
			continue
		}
		c.sent = now
		out = append(out, c.line...)
		l.flying = append(l.flying, c)
	}
	l.queue = l.queue[:0]
	l.setDeadline()
	return out
}

// expect has the link fail where states do not come every period; 0: none are due.
func (l *link) expect(period time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.period, l.heard = period, time.Now()
	l.setDeadline()
}

// setDeadline sets until when the daemon has to be heard from. The lock is held.
func (l *link) setDeadline() {
	var due time.Time // the zero one: at any time
	if len(l.flying) > 0 {
		due = l.flying[0].sent.Add(l.patience)
	}
	if l.period > 0 {
		if next := l.heard.Add(l.period + l.patience); due.IsZero() || next.Before(due) {
			due = next
		}
	}
	_ = l.conn.SetReadDeadline(due)
}
