package marlin

import (
	"context"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm"
)

// Open waits until the controller answers M115, which may take its whole start, then lists
// its settings, and says where it stands once it has ended what it was doing.
func (m *Marlin) Open(ctx context.Context, f arm.Feedback) (arm.Opened, error) {
	if err := m.cfg.Validate(); err != nil {
		return arm.Opened{}, fmt.Errorf("marlin: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()

	m.mu.Lock()
	m.session, m.splitter, m.feedback = newSession(m.cfg), splitter{}, nil
	m.listens = false
	m.changed = make(chan struct{}, 1)
	m.mu.Unlock()

	link, err := arm.OpenLink(m.openPort, m.receive, m.lost)
	if err != nil {
		return arm.Opened{}, fmt.Errorf("marlin: %w", err)
	}
	opened, err := m.handshake(ctx, link, f)
	if err != nil {
		_ = link.Close()
		return arm.Opened{}, fmt.Errorf("marlin: %w", err)
	}
	m.link = link
	return opened, nil
}

// handshake asks the controller until it has told everything.
func (m *Marlin) handshake(ctx context.Context, link *arm.Link, f arm.Feedback) (arm.Opened, error) {
	if err := link.Flush(); err != nil {
		return arm.Opened{}, err
	}
	m.mu.Lock()
	m.listens = true
	m.mu.Unlock()
	due := time.NewTicker(openTick)
	defer due.Stop()
	for tick := false; ; {
		frame, over, err := m.question(tick)
		switch {
		case err != nil:
			return arm.Opened{}, err
		case over:
			return m.begin(f)
		}
		if len(frame) > 0 {
			if err := link.Write(frame); err != nil {
				return arm.Opened{}, err
			}
		}
		select {
		case <-ctx.Done():
			return arm.Opened{}, m.unanswered(ctx)
		case <-m.changed:
			tick = false
		case <-due.C:
			tick = true
		}
	}
}

func (m *Marlin) question(tick bool) (frame []byte, over bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.session.question(tick)
}

func (m *Marlin) unanswered(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Errorf("%s: %w", m.session.open.missing(), context.Cause(ctx))
}

// begin hands the session to the writer, and what it tells to f.
func (m *Marlin) begin(f arm.Feedback) (arm.Opened, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.feedback = f
	return m.session.begin(), m.session.dead
}

// receive is called by the link's reader.
func (m *Marlin) receive(b []byte) {
	m.fromReader(func(s *session) {
		if m.listens {
			m.splitter.split(b, s.receive)
		}
	})
}

// lost is called by the link's reader, last.
func (m *Marlin) lost(err error) {
	m.fromReader(func(s *session) { s.lost(err) })
}

func (m *Marlin) fromReader(f func(*session)) {
	feedback, events := m.heard(f)
	for _, tell := range events {
		tell(feedback)
	}
	select {
	case m.changed <- struct{}{}:
	default:
	}
}

// heard runs f on the session, and returns what it has to say and to whom, if that is known
// yet. The link recovers a panic of f and tells lost, which needs the mutex.
func (m *Marlin) heard(f func(*session)) (arm.Feedback, []event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(m.session)
	if m.feedback == nil {
		return nil, nil
	}
	return m.feedback, m.session.takeEvents()
}
