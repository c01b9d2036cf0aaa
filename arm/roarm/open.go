package roarm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm"
)

const (
	// openWait is for an ESP32 that was reset when the port was opened: it takes 4 to 10 s.
	openWait = 12 * time.Second
	// knockEvery leaves what is asked in vain within the receive buffer until it is read.
	knockEvery = 500 * time.Millisecond
	// openPoll is for an arm that answers.
	openPoll = 50 * time.Millisecond

	// impossible is in rad: no joint gets so far beyond its limit. A servo that was never
	// heard shows 0 counts, which is half a turn for the shoulder.
	impossible = 0.5
	// refusalPause is how long the port of an arm that was refused stays closed. Each opening may
	// reset the controller, which then moves the arm, and somebody has to see to it first.
	refusalPause = time.Minute
	// otherFrame is in mm: where joints and position differ by so much, the firmware
	// calculates with another end of the arm.
	otherFrame = 5
)

// Open waits until the arm answers and stands. Opening the port can reset the controller,
// whose arm then moves to its initial pose by itself.
func (a *RoArm) Open(ctx context.Context, f arm.Feedback) (arm.Opened, error) {
	if err := a.cfg.Validate(); err != nil {
		return arm.Opened{}, fmt.Errorf("roarm: %w", err)
	}
	if since := time.Since(a.refusedAt); a.refused != nil && since < refusalPause {
		return arm.Opened{}, fmt.Errorf("roarm: %w; the port stays closed for another %v, since opening it may move the arm",
			a.refused, (refusalPause - since).Round(time.Second))
	}
	ctx, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()

	a.mu.Lock()
	a.session, a.splitter, a.feedback = &session{cfg: a.cfg}, arm.Splitter{Longest: longestLine}, nil
	a.changed, a.begun = make(chan struct{}, 1), time.Now()
	a.mu.Unlock()

	link, err := arm.OpenLink(a.openPort, a.receive, a.lost)
	if err != nil {
		return arm.Opened{}, fmt.Errorf("roarm: %w", err)
	}
	opened, err := a.handshake(ctx, link, f)
	if err != nil {
		_ = link.Close()
		if unfit := (unfitError{}); errors.As(err, &unfit) {
			a.refused, a.refusedAt = unfit, time.Now()
		}
		return arm.Opened{}, fmt.Errorf("roarm: %w", err)
	}
	a.link, a.refused = link, nil
	return opened, nil
}

// handshake asks until the arm has told that it stands.
func (a *RoArm) handshake(ctx context.Context, link *arm.Link, f arm.Feedback) (arm.Opened, error) {
	if err := link.Flush(); err != nil {
		return arm.Opened{}, err
	}
	var hello greeting
	due := time.NewTimer(0)
	defer due.Stop()
	for {
		frame, wait, over, err := a.question(&hello)
		switch {
		case err != nil:
			return arm.Opened{}, err
		case over:
			return a.begin(f)
		}
		if len(frame) > 0 {
			if err := link.Write(frame); err != nil {
				return arm.Opened{}, err
			}
		}
		due.Reset(wait)
		select {
		case <-ctx.Done():
			return arm.Opened{}, fmt.Errorf("%s: %w", hello.missing(), context.Cause(ctx))
		case <-a.changed:
		case <-due.C:
		}
	}
}

// greeting is how far Open has come with one arm.
type greeting struct {
	answers bool
	next    time.Duration // when to ask again
}

func (g *greeting) missing() string {
	if !g.answers {
		return "no answer to T:105: is it a RoArm-M2 at 115200 baud?"
	}
	return "the arm does not come to a stand"
}

// question returns what to send, how long to wait then, and whether Open is done.
func (a *RoArm) question(g *greeting) (frame []byte, wait time.Duration, over bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, now := a.session, time.Since(a.begun)
	switch {
	case s.dead != nil:
		return nil, 0, false, s.dead
	case s.known && !g.answers:
		g.answers, g.next = true, now+openPoll
		s.rest.disturb(now)
		frame = s.send(now, s.settings())
	case s.known && s.rest.stands(now):
		return nil, 0, true, s.feedback.trusted()
	case now >= g.next:
		g.next = now + knockEvery
		if g.answers {
			g.next = now + openPoll
		}
		frame = s.ask(now)
	}
	return frame, g.next - now, false, nil
}

// settings returns the lines that set the arm up.
func (s *session) settings() []byte {
	b := append(s.frame[:0], quietLine...)
	if s.cfg.GripForce > 0 {
		b = appendForce(b, s.cfg.GripForce)
	}
	return b
}

// unfitError is why an arm that answers is not taken. It will say the same again until somebody
// has changed it.
type unfitError struct{ error }

// trusted reports a position that cannot be one of this arm, as an unfitError.
func (f feedback) trusted() error {
	for j, l := range limits {
		if f.at[j] < l.least-impossible || f.at[j] > l.most+impossible {
			return unfitError{fmt.Errorf("the %s is said to be at %.0f°: its servo does not answer; is the 12 V supply on?",
				jointNames[j], degrees(f.at[j]))}
		}
	}
	if f.at.reported().Sub(f.point).Norm() > otherFrame {
		return unfitError{errors.New("the position does not fit the joints: set the arm's end to gripper (mode 0)")}
	}
	return nil
}

// begin hands the session to the writer, and what it tells to f.
func (a *RoArm) begin(f arm.Feedback) (arm.Opened, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.feedback = f
	return a.session.begin(), a.session.dead
}

// begin ends the greeting: from here on the writer drives the session. Whether the torque is on,
// and for which goals, is not known: so the arm counts as limp, and the first Rearm holds it
// where it then is.
func (s *session) begin() arm.Opened {
	s.events = nil
	s.asked, s.drains, s.unread, s.behind = 0, false, 0, 0 // it was asked in vain before it had booted
	s.limp = true
	return arm.Opened{
		Position: s.at.forward(),
		Joints:   s.at.angles(),
		MaxSpeed: maxSpeed(s.cfg),
		Firmware: "RoArm-M2",
	}
}

// receive is called by the link's reader.
func (a *RoArm) receive(b []byte) {
	a.fromReader(func(s *session, now time.Duration) {
		a.splitter.Split(b, func(line []byte) {
			if f, ok := parseFeedback(bytes.TrimSpace(line)); ok {
				s.heard(now, f)
			}
		})
	})
}

// lost is called by the link's reader, last.
func (a *RoArm) lost(err error) {
	a.fromReader(func(s *session, _ time.Duration) { s.lost(err) })
}

func (a *RoArm) fromReader(f func(*session, time.Duration)) {
	feedback, events := a.hear(f)
	for _, tell := range events {
		tell(feedback)
	}
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

// hear runs f on the session, and returns what it has to say and to whom, if that is known
// yet. The link recovers a panic of f and tells lost, which needs the mutex.
func (a *RoArm) hear(f func(*session, time.Duration)) (arm.Feedback, []event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f(a.session, time.Since(a.begun))
	if a.feedback == nil {
		return nil, nil
	}
	return a.feedback, a.session.takeEvents()
}
