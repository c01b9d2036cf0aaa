package uarm

import (
	"context"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// Open waits until the controller says what firmware it runs, stops whatever the arm may still be
// doing, and reads where it stands. It moves nothing; but opening the port starts most
// boards anew, and that lets go of what a gripper or a pump holds.
func (u *UArm) Open(ctx context.Context, f arm.Feedback) (arm.Opened, error) {
	if err := u.cfg.Validate(); err != nil {
		return arm.Opened{}, fmt.Errorf("uarm: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()

	u.mu.Lock()
	u.session, u.splitter, u.feedback = newSession(u.cfg), arm.Splitter{Longest: longestLine}, nil
	u.changed = make(chan struct{}, 1)
	u.mu.Unlock()

	link, err := arm.OpenLink(u.openPort, u.receive, u.lost)
	if err != nil {
		return arm.Opened{}, fmt.Errorf("uarm: %w", err)
	}
	opened, err := u.handshake(ctx, link, f)
	if err != nil {
		_ = link.Close()
		return arm.Opened{}, fmt.Errorf("uarm: %w", err)
	}
	u.link = link
	return opened, nil
}

// handshake serves the session until it knows everything.
func (u *UArm) handshake(ctx context.Context, link *arm.Link, f arm.Feedback) (arm.Opened, error) {
	if err := link.Flush(); err != nil {
		return arm.Opened{}, err
	}
	const step = 20 * time.Millisecond
	due := time.NewTicker(step)
	defer due.Stop()
	for began := time.Now(); ; {
		frame, over, err := u.question(time.Since(began))
		switch {
		case err != nil:
			return arm.Opened{}, err
		case over:
			return u.begin(f)
		case len(frame) > 0:
			if err := link.Write(frame); err != nil {
				return arm.Opened{}, err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return arm.Opened{}, u.unanswered(ctx)
		case <-u.changed:
		case <-due.C:
		}
	}
}

// question returns what to send next, or that nothing is left to ask.
func (u *UArm) question(now safety.Instant) (frame []byte, over bool, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if frame, _, err = u.session.service(now); err != nil || len(frame) > 0 {
		return frame, false, err
	}
	over, err = u.session.opening(now)
	return nil, over, err
}

func (u *UArm) unanswered(ctx context.Context) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return fmt.Errorf("%s: %w", u.session.missing(), context.Cause(ctx))
}

// begin hands the session to the writer, and what it tells to f.
func (u *UArm) begin(f arm.Feedback) (arm.Opened, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.feedback = f
	return u.session.begin(), u.session.dead
}

// receive is called by the link's reader.
func (u *UArm) receive(b []byte) {
	u.fromReader(func(s *session) { u.splitter.Split(b, func(line []byte) { s.receive(string(line)) }) })
}

// lost is called by the link's reader, last.
func (u *UArm) lost(err error) {
	u.fromReader(func(s *session) { s.lost(err) })
}

func (u *UArm) fromReader(f func(*session)) {
	feedback, events := u.heard(f)
	for _, tell := range events {
		tell(feedback)
	}
	select {
	case u.changed <- struct{}{}:
	default:
	}
}

// heard runs f on the session, and returns what it has to say and to whom, if that is known
// yet. The link recovers a panic of f and tells lost, which needs the mutex.
func (u *UArm) heard(f func(*session)) (arm.Feedback, []event) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f(u.session)
	if u.feedback == nil {
		return nil, nil
	}
	return u.feedback, u.session.takeEvents()
}
