package daemon

import (
	"strings"
	"sync"

	"github.com/panjf2000/gnet/v2"
)

// fakeConn is a connection without a socket: what a handler of gnet and the herald need of
// one. Anything else panics.
type fakeConn struct {
	gnet.Conn
	station *station
	in      []byte // what Peek finds
	out     []byte // what the last Write wrote

	mu     sync.Mutex
	lines  []string // what AsyncWrite sent
	closed int      // how often Close was called
}

func (c *fakeConn) Context() any { return c.station }

func (c *fakeConn) Peek(int) ([]byte, error) { return c.in, nil }

func (c *fakeConn) Discard(n int) (int, error) { return n, nil }

func (c *fakeConn) Write(b []byte) (int, error) {
	c.out = append(c.out[:0], b...)
	return len(b), nil
}

func (c *fakeConn) OutboundBuffered() int { return 0 }

func (c *fakeConn) AsyncWrite(b []byte, done gnet.AsyncCallback) error {
	c.mu.Lock()
	c.lines = append(c.lines, strings.TrimSuffix(string(b), "\n"))
	c.mu.Unlock()
	return done(c, nil)
}

func (c *fakeConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed++
	return nil
}

// sent returns the lines that were sent since the last call, and whether the connection was
// closed.
func (c *fakeConn) sent() (lines []string, closed int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines, c.lines = c.lines, nil
	return lines, c.closed
}
