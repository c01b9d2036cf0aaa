package client

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// maxOwed bounds the motions whose outcome the daemon has not told. It has one target and one
// grip at a time, so more than a few is its delay in telling.
const maxOwed = 4096

// read takes the lines of the daemon until the connection ends, and returns why it did.
func (l *link) read() error {
	in := bufio.NewReaderSize(l.conn, maxReply)
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return l.silence(line, err)
		}
		r, err := parse(line)
		if err != nil {
			return err
		}
		if r.Event != "" {
			l.hear(r)
		} else if err := l.settle(r, line); err != nil {
			return err
		}
	}
}

// silence says why no whole line came; part is what came of it.
func (l *link) silence(part []byte, err error) error {
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return fmt.Errorf("%w: a line of more than %d bytes: %.80q", ErrProtocol, maxReply, part)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("no answer within %v: %w", l.patience, err)
	case len(part) > 0 && errors.Is(err, io.EOF):
		return fmt.Errorf("it ended in the middle of a line, %.80q: %w", part, io.ErrUnexpectedEOF)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("closed by the other side: %w", err)
	}
	return err
}

// settle gives a reply to the oldest request.
func (l *link) settle(r *reply, line []byte) error {
	c, err := l.answered(r, line)
	if err != nil {
		return err
	}
	if err := r.refusal(); err != nil {
		c.finish(nil, err)
	} else {
		c.finish(r, nil)
	}
	return nil
}

// answered returns the call that r answers.
func (l *link) answered(r *reply, line []byte) (*call, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.flying) == 0 {
		if !l.greeted && r.Status == statusError && len(r.ID) == 0 {
			return nil, r.refusal() // the daemon turns the connection away, before it was asked anything
		}
		return nil, fmt.Errorf("%w: nobody asked for %.80q", ErrProtocol, line)
	}
	c := l.flying[0]
	if !r.answers(c.id) {
		return nil, fmt.Errorf("%w: %.80q does not answer request %d", ErrProtocol, line, c.id)
	}
	l.flying = l.flying[1:]
	l.greeted = true
	if c.motion != nil && r.Status == statusOK && !c.abandoned {
		if len(l.motions) >= maxOwed {
			return nil, fmt.Errorf("%w: the outcome of %d motions is owed", ErrProtocol, maxOwed)
		}
		l.motions[c.id] = c.motion // before the next line, which may be its event
	}
	l.setDeadline()
	return c, nil
}

// hear gives an event to whom it concerns. Events that this client does not know, and the
// outcomes of motions for which nobody waits, are dropped.
func (l *link) hear(r *reply) {
	if end, ok := endOf(r.Event); ok {
		if m := l.ending(string(r.ID)); m != nil {
			m.settle(r.outcome(end), nil)
		}
		return
	}
	if r.Event == eventState {
		l.mu.Lock()
		l.heard = time.Now()
		l.setDeadline()
		l.mu.Unlock()
	}
	if l.publish != nil {
		l.publish(r)
	}
}
