package grbl

import (
	"context"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm"
)

// Open resets the controller and waits until it answers, lists its settings, stands, and
// says where. A jog that still runs is cancelled and given the horizon to end, and so is
// every one that begins behind it, so that the reset does not cut into it. The reset
// switches the gripper's output off.
func (g *Grbl) Open(ctx context.Context, f arm.Feedback) (arm.Opened, error) {
	if err := g.cfg.Validate(); err != nil {
		return arm.Opened{}, fmt.Errorf("grbl: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()

	g.mu.Lock()
	g.session = newSession(g.cfg)
	g.listens, g.splitter, g.feedback = false, arm.Splitter{Longest: longestLine}, nil
	g.changed = make(chan struct{}, 1)
	g.mu.Unlock()

	link, err := arm.OpenLink(g.openPort, g.receive, g.lost)
	if err != nil {
		return arm.Opened{}, fmt.Errorf("grbl: %w", err)
	}
	opened, err := g.handshake(ctx, link, f)
	if err != nil {
		_ = link.Close()
		return arm.Opened{}, fmt.Errorf("grbl: %w", err)
	}
	g.link = link
	return opened, nil
}

// handshake asks the controller until it has told everything.
func (g *Grbl) handshake(ctx context.Context, link *arm.Link, f arm.Feedback) (arm.Opened, error) {
	if err := g.knock(ctx, link); err != nil {
		return arm.Opened{}, err
	}
	due := time.NewTicker(openPoll)
	defer due.Stop()
	again := time.NewTimer(knockAgain)
	defer again.Stop()
	for knocks, tick := false, false; ; {
		frame, over, err := g.question(knocks, tick)
		switch {
		case err != nil:
			return arm.Opened{}, err
		case over:
			return g.begin(f)
		}
		if len(frame) > 0 {
			if err := link.Write(frame); err != nil {
				return arm.Opened{}, err
			}
		}
		knocks, tick = false, false
		select {
		case <-ctx.Done():
			return arm.Opened{}, g.unanswered(ctx)
		case <-g.changed:
		case <-due.C:
			tick = true
		case <-again.C:
			knocks = true
		}
	}
}

// knock ends what the controller may still be doing, and resets it. What it said before
// does not count. A reset cuts off a motion, and costs the position; so the horizon goes
// by, and then Grbl's own time until it calls the arm idle, if it answers at all.
func (g *Grbl) knock(ctx context.Context, link *arm.Link) error {
	if err := link.Write([]byte{byteCancel}); err != nil {
		return err
	}
	ended := time.NewTimer(g.cfg.Horizon)
	defer ended.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-ended.C:
	}
	if err := link.Flush(); err != nil {
		return err
	}
	g.mu.Lock()
	g.listens = true
	g.mu.Unlock()
	if err := g.awaitRest(ctx, link); err != nil {
		return err
	}
	g.forget()
	return link.Write([]byte{byteReset})
}

// forget begins anew with what is known, but for a link that is already lost.
func (g *Grbl) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	dead := g.session.dead
	g.session, g.splitter = newSession(g.cfg), arm.Splitter{Longest: longestLine}
	g.session.dead = dead
}

// awaitRest asks until a report says that the arm stands, or for restWait. A line that was
// still in the controller's buffer may have begun a jog behind the cancel: it is cancelled too.
func (g *Grbl) awaitRest(ctx context.Context, link *arm.Link) error {
	due := time.NewTicker(movingPoll)
	defer due.Stop()
	given := time.NewTimer(restWait)
	defer given.Stop()
	ask := true
	for at := g.reported(); !at.stands(); at = g.reported() {
		if ask {
			frame := []byte{bytePoll}
			if at.state == stateJog {
				frame = []byte{byteCancel, bytePoll}
			}
			if err := link.Write(frame); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-given.C:
			return nil
		case <-g.changed:
			ask = false
		case <-due.C:
			ask = true
		}
	}
	return nil
}

func (g *Grbl) reported() report {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.session.report
}

// question returns what to send next. knocks: it is time to reset again a controller that
// has not answered; tick: it is time to ask again for a position.
func (g *Grbl) question(knocks, tick bool) (frame []byte, over bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if tick {
		g.session.polled = false
	}
	if knocks && g.session.open.name == "" {
		return []byte{byteReset}, false, nil
	}
	return g.session.question()
}

func (g *Grbl) unanswered(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return fmt.Errorf("%s: %w", g.session.open.missing(), context.Cause(ctx))
}

// begin hands the session to the writer, and what it tells to f.
func (g *Grbl) begin(f arm.Feedback) (arm.Opened, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.feedback = f
	return g.session.begin(), g.session.dead
}

// receive is called by the link's reader.
func (g *Grbl) receive(b []byte) {
	g.fromReader(func(s *session) {
		if g.listens {
			g.splitter.Split(b, func(line []byte) { s.receive(string(line)) })
		}
	})
}

// lost is called by the link's reader, last.
func (g *Grbl) lost(err error) {
	g.fromReader(func(s *session) { s.lost(err) })
}

func (g *Grbl) fromReader(f func(*session)) {
	feedback, events := g.heard(f)
	for _, tell := range events {
		tell(feedback)
	}
	select {
	case g.changed <- struct{}{}:
	default:
	}
}

// heard runs f on the session, and returns what it has to say and to whom, if that is known
// yet. The link recovers a panic of f and tells lost, which needs the mutex.
func (g *Grbl) heard(f func(*session)) (arm.Feedback, []event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f(g.session)
	if g.feedback == nil {
		return nil, nil
	}
	return g.feedback, g.session.takeEvents()
}
