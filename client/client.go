package client

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Client is one station. Its methods may be called from any number of goroutines; requests
// are pipelined, and each call waits for its own reply.
type Client struct {
	cfg      Config
	life     context.Context // ends with Close
	end      context.CancelFunc
	work     sync.WaitGroup
	stopLine stopLine
	audience audience

	mu         sync.Mutex
	link       *link // nil while there is no connection
	tuning     tuning
	connection Connection
	firstHash  string
	closed     bool
}

// Dial connects and says hello. It tries once: an error says what to do about it. It also
// connects to the stop port, so that a stop finds a connection; where that fails Dial goes
// on, and StopPort says why. From then on the client reconnects by itself until Close.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg}
	c.life, c.end = context.WithCancel(context.Background())
	tried := make(chan struct{})
	c.work.Go(func() { c.keepStopLine(tried) })
	l, w, err := c.connect(ctx)
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	c.adopt(l, w)
	c.work.Go(func() { c.supervise(l) })
	select {
	case <-tried:
	case <-ctx.Done():
	}
	return c, nil
}

// Close closes the connections and waits for everything that the client runs. Calls that
// wait return ErrClosed. If this station moves the arm, the daemon decelerates it.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	l := c.link
	c.mu.Unlock()
	c.end()
	if l != nil {
		l.close(ErrClosed)
	}
	c.work.Wait()
	c.turn(func(n *Connection) {
		c.link = nil
		n.Up, n.Err = false, ErrClosed
	})
	c.audience.end(ErrClosed)
	return nil
}

// current returns the connection that takes requests.
func (c *Client) current() (*link, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return nil, ErrClosed
	case c.link == nil:
		return nil, ErrNotConnected
	}
	return c.link, nil
}

// supervise replaces a connection that is lost, until the client ends. It sends what
// introduces and subscribes, and nothing else: no motion, no take and no reset of the old one.
func (c *Client) supervise(l *link) {
	for l != nil {
		<-l.ended
		err := lost(l.reason())
		if errors.Is(err, ErrClosed) {
			return
		}
		c.turn(func(n *Connection) {
			c.link = nil
			n.Up, n.Err = false, err
		})
		l = c.reconnect()
	}
}

// reconnect returns a new connection, or nil at the client's end.
func (c *Client) reconnect() *link {
	retry := backoff{first: c.cfg.FirstRetry, most: c.cfg.LastRetry}
	for c.sleep(retry.next()) {
		l, w, err := c.connect(c.life)
		if err == nil {
			return c.adopt(l, w)
		}
		c.turn(func(n *Connection) { n.Err = err; n.Attempts++ })
	}
	return nil
}

// adopt makes l the connection that takes requests and returns it, or nil where the client
// has ended.
func (c *Client) adopt(l *link, w Welcome) *link {
	ended := false
	c.turn(func(n *Connection) {
		if ended = c.closed; ended {
			return
		}
		c.link, c.tuning = l, tuning{}
		if n.Number == 0 {
			c.firstHash = w.ConfigHash
		}
		*n = Connection{Up: true, Number: n.Number + 1, Welcome: w, ConfigChanged: w.ConfigHash != c.firstHash}
	})
	if ended {
		l.close(ErrClosed)
		return nil
	}
	c.retune()
	return l
}

// sleep waits, and returns false where the client ends before.
func (c *Client) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.life.Done():
		return false
	}
}
