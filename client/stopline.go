package client

import (
	"context"
	"fmt"
	"sync"

	"github.com/aether-arm/aetherd/codec"
)

// stopLine is the connection to the stop port that is kept for a stop.
type stopLine struct {
	mu   sync.Mutex
	link *link
	err  error // why there is none
}

// present returns the connection, or nil.
func (s *stopLine) present() *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}

func (s *stopLine) set(l *link, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link, s.err = l, err
}

// StopPort returns nil while a connection to the stop port is open, and otherwise why there is
// none. Stop works without it, over the command port, but shares that with the motion.
func (c *Client) StopPort() error {
	c.stopLine.mu.Lock()
	defer c.stopLine.mu.Unlock()
	return c.stopLine.err
}

// keepStopLine keeps the connection, until the client ends. tried is closed after the first
// attempt.
func (c *Client) keepStopLine(tried chan<- struct{}) {
	retry := backoff{first: c.cfg.FirstRetry, most: c.cfg.LastRetry}
	first := sync.OnceFunc(func() { close(tried) })
	for {
		l, err := c.openStopLine()
		c.stopLine.set(l, err)
		first()
		if err == nil {
			retry.succeeded()
			c.hold(l)
		}
		if !c.sleep(retry.next()) {
			c.stopLine.set(nil, ErrClosed)
			return
		}
	}
}

// hold waits until l has ended.
func (c *Client) hold(l *link) {
	select {
	case <-l.gone:
	case <-c.life.Done():
		l.fail(ErrClosed)
	}
	c.stopLine.set(nil, fmt.Errorf("stop port %s: %w", c.cfg.StopAddress, lost(l.reason())))
	<-l.ended
}

// openStopLine connects, and checks by a ping that aetherd answers. Nothing pings later:
// TCP keep-alive notices a peer that is gone.
func (c *Client) openStopLine() (*link, error) {
	ctx, cancel := context.WithTimeout(c.life, c.cfg.ConnectTimeout)
	defer cancel()
	l, err := c.cfg.open(ctx, c.cfg.StopAddress, nil)
	if err != nil {
		return nil, fmt.Errorf("stop port %s: %w", c.cfg.StopAddress, err)
	}
	if _, err := l.do(ctx, &codec.Request{Type: codec.TypePing}); err != nil {
		l.close(err)
		return nil, fmt.Errorf("stop port %s: %w", c.cfg.StopAddress, err)
	}
	return l, nil
}
