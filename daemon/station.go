package daemon

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/panjf2000/gnet/v2"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// station is one connection. Its event loop alone uses it, but for what is said otherwise.
type station struct {
	id      uint64
	conn    gnet.Conn // send may be called from any goroutine
	session *safety.Session
	remote  netip.Addr
	name    string
	cutter  codec.Cutter
	ended   closeCause
	heard   bool         // something came since the last turn of a drain
	limit   int          // unread bytes at which the station is closed
	sends   atomic.Int32 // lines that send has queued
}

// closeCause is why the daemon itself closed a connection.
type closeCause uint8

const (
	notClosed closeCause = iota
	closedNotReading
	closedRefused
	closedPanic
)

func remoteAddr(c gnet.Conn) (netip.Addr, string) {
	if a, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		ap := a.AddrPort()
		return ap.Addr().Unmap(), ap.String()
	}
	return netip.Addr{}, "?"
}

// maxSends bounds the lines that wait for the station's event loop, which keeps them in a
// queue without a limit of its own.
const maxSends = 1024

// send queues a line that nobody asked for. It keeps line. Safe from any goroutine.
func (s *station) send(line []byte) {
	if s.sends.Add(1) > maxSends {
		_ = s.conn.Close()
		return
	}
	_ = s.conn.AsyncWrite(line, func(c gnet.Conn, err error) error {
		s.sends.Add(-1)
		if err == nil {
			s.closeIfNotReading(c)
		}
		return nil
	})
}

// closeIfNotReading closes a station that lets its replies pile up: gnet buffers without
// a limit of its own. It runs on the station's event loop.
func (s *station) closeIfNotReading(c gnet.Conn) (closed bool) {
	if c.OutboundBuffered() <= s.limit {
		return false
	}
	s.ended = closedNotReading
	_ = c.Close()
	return true
}

// stations are the connections of both ports.
type stations struct {
	mu        sync.Mutex
	last      uint64
	bySession map[*safety.Session]*station
}

func newStations() *stations { return &stations{bySession: map[*safety.Session]*station{}} }

// add gives s a number and keeps it.
func (t *stations) add(s *station) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	s.id = t.last
	t.bySession[s.session] = s
}

func (t *stations) remove(s *station) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.bySession, s.session)
}

// of returns the station of a session, nil if it has gone.
func (t *stations) of(s *safety.Session) *station {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.bySession[s]
}

// all returns every connection.
func (t *stations) all() []*station {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]*station, 0, len(t.bySession))
	for _, s := range t.bySession {
		all = append(all, s)
	}
	return all
}
