package client

import (
	"context"
	"iter"
)

// Connection is how the client stands with the daemon.
type Connection struct {
	Up      bool
	Number  int     // of the connection, which is the present or the last one; 1 is Dial's
	Welcome Welcome // the present connection's or the last one's

	// ConfigChanged: the safety configuration is not the one that Dial was told. Limits,
	// workspace and deadman may be others.
	ConfigChanged bool

	Err      error // while it is not up: why, or why the last attempt failed; ErrClosed at the end
	Attempts int   // to connect again that failed
}

// Connection returns how the client stands with the daemon now.
func (c *Client) Connection() Connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connection
}

// Welcome returns what the daemon said at the beginning of the present connection, or of the
// last one.
func (c *Client) Welcome() Welcome { return c.Connection().Welcome }

// Connections returns how the client stands now, and again after every change, until ctx or
// the client ends. Of several changes since the last look it returns the newest only;
// Number and ConfigChanged tell what was missed.
func (c *Client) Connections(ctx context.Context) iter.Seq[Connection] {
	return func(yield func(Connection) bool) {
		box := newMailbox()
		c.mu.Lock() // no change comes between
		c.audience.add(box, 0)
		now := c.connection
		c.mu.Unlock()
		defer c.audience.remove(box)
		for yield(now) {
			e, err := box.next(ctx)
			if err != nil {
				return
			}
			now = e.Connection
		}
	}
}

// turn makes connection what edit makes of it, and tells everybody who watches. The lock is
// held meanwhile.
func (c *Client) turn(edit func(*Connection)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	edit(&c.connection)
	c.audience.tell(Event{Kind: ConnectionEvent, Connection: c.connection})
}
