package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/aether-arm/aetherd/client"
)

// patience is how long a daemon may answer nothing that is due.
const patience = 2 * time.Second

// timing is the course of a run, by the time since it began.
type timing struct {
	begun   time.Time
	measure time.Duration // requests from here on are measured
	end     time.Duration // and none is sent
}

func (t *timing) now() time.Duration { return time.Since(t.begun) }

// station is one connection. Its goroutine is the only one that uses it.
type station struct {
	conn   net.Conn
	script *script
	tally  *tally
	*timing

	due      []time.Duration // of the requests in flight, by their number modulo the depth
	sent     uint64
	answered uint64
	measured uint64 // of those that were sent, the ones that are measured
	bytesOut uint64 // as well
	unsent   uint64 // were due in an open loop, and had no room in flight

	moves  bool // its requests move the arm
	echoes bool // its peer sends every line back
	moved  bool // one did

	in       []byte
	have     int           // bytes in in
	deadline time.Duration // that the connection has
}

// inputSize is room for replies: one at least, of the longest kind.
func inputSize(depth int) int { return max(4096, min(depth*128, 64<<10)) }

func (s *station) flying() int { return int(s.sent - s.answered) }
func (s *station) room() int   { return len(s.due) - s.flying() }

// closed sends the next request when a reply comes.
func (s *station) closed() error {
	for {
		now := s.now()
		if err := s.extend(now); err != nil {
			return err
		}
		if now < s.end {
			room := s.room()
			for i := range room {
				s.due[(s.sent+uint64(i))%uint64(len(s.due))] = now
			}
			if err := s.write(room); err != nil {
				return err
			}
		} else if s.flying() == 0 {
			return nil
		}
		if err := s.read(); err != nil {
			return err
		}
	}
}

// extend renews the time in which the daemon has to take a request and to answer one, now and
// then: it costs as much as a small write.
func (s *station) extend(now time.Duration) error {
	if s.deadline-now > patience {
		return nil
	}
	s.deadline = now + patience + patience/4
	return s.conn.SetDeadline(s.begun.Add(s.deadline))
}

// open sends requests when they are due: the first one after so long, then one every interval.
func (s *station) open(ctx context.Context, first, interval time.Duration) error {
	wake := time.NewTimer(0)
	defer wake.Stop()
	o := schedule{station: s, next: first, interval: interval}
	heard := first
	for {
		now := s.now()
		if err := s.extend(now); err != nil {
			return err
		}
		if err := s.write(o.take(now)); err != nil {
			return err
		}
		if s.flying() == 0 {
			if o.next >= s.end {
				return nil
			}
			heard = o.next // nothing is due of the daemon
			wake.Reset(o.next - now)
			select {
			case <-wake.C:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			continue
		}
		until := heard + patience
		if s.room() > 0 && o.next < s.end {
			until = min(until, o.next)
		}
		if err := s.conn.SetReadDeadline(s.begun.Add(until)); err != nil {
			return err
		}
		full, before := s.room() == 0, s.answered
		if err := s.read(); err != nil && !(errors.Is(err, os.ErrDeadlineExceeded) && until < heard+patience) {
			return err
		}
		if s.answered > before {
			heard = s.now()
			if full {
				o.freed = heard
			}
		}
	}
}

// schedule is when the requests of an open loop are due.
type schedule struct {
	*station
	next     time.Duration // that was not sent
	interval time.Duration
	freed    time.Duration // when there was room in flight again, the last time that there was none
}

// take returns how many requests that are due at now have room, and notes from when their
// latencies count: from when they were due where the daemon kept them back, and otherwise from
// now. What is then between is the lateness of this process.
func (o *schedule) take(now time.Duration) (n int) {
	o.tally.mu.Lock()
	defer o.tally.mu.Unlock()
	for room := o.room(); n < room && o.next <= now && o.next < o.end; n++ {
		from := now
		if o.next < o.freed {
			from = o.next
		}
		o.due[(o.sent+uint64(n))%uint64(len(o.due))] = from
		if from >= o.measure {
			record(o.tally.lateness, now-max(o.next, o.freed))
		}
		o.next += o.interval
	}
	if now >= o.end && o.next < o.end {
		o.unsent = uint64((o.end-o.next-1)/o.interval) + 1
		o.next = o.end
	}
	return n
}

// write sends the next n lines, with one write unless the script begins anew between them.
func (s *station) write(n int) error {
	for n > 0 {
		first := int(s.sent % uint64(len(s.script.ends)))
		text, lines := s.script.lines(first, n)
		if _, err := s.conn.Write(text); err != nil {
			return lost(err)
		}
		for i := range lines {
			if s.due[s.sent%uint64(len(s.due))] >= s.measure {
				s.measured++
				s.bytesOut += uint64(s.script.size(first + i))
			}
			s.sent++
		}
		n -= lines
	}
	return nil
}

// read takes what has come.
func (s *station) read() error {
	n, err := s.conn.Read(s.in[s.have:])
	if n == 0 && err != nil {
		return lost(err)
	}
	s.have += n
	return s.settle(s.now())
}

// settle takes every whole reply.
func (s *station) settle(now time.Duration) error {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	taken := 0
	for {
		size := bytes.IndexByte(s.in[taken:s.have], '\n') + 1
		if size == 0 {
			break
		}
		if err := s.reply(s.in[taken:taken+size-1], size, now); err != nil {
			return err
		}
		taken += size
	}
	s.have = copy(s.in, s.in[taken:s.have])
	if s.have == len(s.in) {
		return fmt.Errorf("%w: a reply of more than %d bytes: %.80q", client.ErrProtocol, len(s.in), s.in)
	}
	return nil
}

// reply takes one reply, which has to be that of the oldest request in flight.
func (s *station) reply(line []byte, size int, now time.Duration) error {
	var code []byte
	if !s.echoes {
		var err error
		if code, err = verdict(line); err != nil {
			return err
		}
	}
	if s.flying() == 0 || !bytes.HasSuffix(line, s.script.ids[s.answered%uint64(len(s.script.ids))]) {
		if closing(code) {
			return &client.Error{Code: client.Code(code)}
		}
		return fmt.Errorf("%w: %.120q is not the reply to the oldest request in flight, whose id is %d",
			client.ErrProtocol, line, firstID+s.answered%uint64(len(s.script.ids)))
	}
	due := s.due[s.answered%uint64(len(s.due))]
	s.answered++
	if due >= s.measure {
		s.tally.count(code, now-due, size)
		s.tally.last = max(s.tally.last, now)
	}
	if s.moves {
		return s.moving(code)
	}
	return nil
}

// moving ends a load that moves the arm where somebody stops it, or takes control from it:
// the arm shall not move again by itself when that is over.
func (s *station) moving(code []byte) error {
	switch {
	case code == nil:
		s.moved = true
	case string(code) == string(client.ErrStopped), s.moved && string(code) == string(client.ErrNotInControl):
		return &client.Error{Code: client.Code(code)}
	}
	return nil
}

// closing tells the codes with which a daemon ends a connection by itself.
func closing(code []byte) bool {
	return string(code) == string(client.ErrTooManyStations) || string(code) == string(client.ErrShuttingDown)
}

// lost says how a connection ended.
func lost(err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("the daemon has answered nothing for %v: %w", patience, err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: closed by the daemon", client.ErrConnectionLost)
	}
	return fmt.Errorf("%w: %w", client.ErrConnectionLost, err)
}
