package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// Move sends the arm to target (mm). It returns when that is the target, and not when the arm
// is there: see Notify and MoveAndWait. It takes Speed, TTL or Expires, CheckOnly and Notify.
func (c *Client) Move(ctx context.Context, target safety.Point, opts ...Option) (*Motion, error) {
	return c.start(ctx, codec.Request{Type: codec.TypeMove, Target: target}, opts)
}

// Command sends the arm to target (mm) and the gripper to an opening, which it takes at once.
// It takes TTL, CheckOnly and Notify.
func (c *Client) Command(ctx context.Context, target safety.Point, g safety.Gripper, opts ...Option) (*Motion, error) {
	return c.start(ctx, codec.Request{Type: codec.TypeCommand, Target: target, Gripper: g}, opts)
}

// Grip moves the gripper: safety.GripperOpen, safety.GripperClosed, or an Opening. It takes
// TTL, CheckOnly and Notify.
func (c *Client) Grip(ctx context.Context, g safety.Gripper, opts ...Option) (*Motion, error) {
	return c.start(ctx, codec.Request{Type: codec.TypeGrip, Gripper: g}, opts)
}

// Opening is a gripper's opening from 0 (closed) to 100 % (open), to the nearest whole percent.
func Opening(percent float64) (safety.Gripper, error) {
	if !(percent >= 0 && percent <= 100) {
		return safety.GripperUnchanged, fmt.Errorf("an opening of %v %%: it must be from 0 to 100", percent)
	}
	return safety.GripperAt(int(math.Round(percent))), nil
}

func (c *Client) start(ctx context.Context, r codec.Request, opts []Option) (*Motion, error) {
	l, err := c.current()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Type, err)
	}
	m, err := l.start(ctx, r, opts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Type, err)
	}
	return m, nil
}

func (l *link) start(ctx context.Context, r codec.Request, opts []Option) (*Motion, error) {
	req, err := request(r, opts)
	if err != nil {
		return nil, err
	}
	m := new(Motion)
	var told *Motion
	if req.Notify {
		m.ended = make(chan struct{})
		told = m
	}
	w, err := l.ask(ctx, req, told)
	if err != nil {
		return nil, err
	}
	rep, err := w.wait(ctx)
	if err != nil {
		return nil, err
	}
	m.clamped, m.isClamped = rep.Clamped.known()
	return m, nil
}

// Motion is a motion that the daemon has accepted.
type Motion struct {
	clamped   safety.Point
	isClamped bool
	ended     chan struct{} // nil without Notify
	outcome   Outcome       // valid when ended is closed
	err       error         // as well
}

// Clamped returns where the arm goes instead (mm), where the target was outside the
// workspace and the daemon is configured to move it in.
func (m *Motion) Clamped() (target safety.Point, clamped bool) { return m.clamped, m.isClamped }

// Wait waits for the outcome of a motion that was sent with Notify. An error says that it is
// not known: ErrConnectionLost, or that ctx ended before. Wait feeds no deadman.
func (m *Motion) Wait(ctx context.Context) (Outcome, error) {
	if m.ended == nil {
		return Outcome{}, errors.New("the motion was sent without Notify: its outcome is not told")
	}
	select {
	case <-m.ended:
		return m.outcome, m.err
	default:
	}
	select {
	case <-m.ended:
		return m.outcome, m.err
	case <-ctx.Done():
		return Outcome{}, fmt.Errorf("the motion is under way: %w", ctx.Err())
	}
}

// Ended is closed when the outcome is known, or never will be. It is nil without Notify.
func (m *Motion) Ended() <-chan struct{} { return m.ended }

func (m *Motion) settle(o Outcome, err error) {
	m.outcome, m.err = o, err
	close(m.ended)
}

// ending returns the motion of that id, which ends now, or nil.
func (l *link) ending(id string) *Motion {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.motions[n]
	delete(l.motions, n)
	return m
}

// MoveAndWait moves and waits for the outcome. It returns no error only where the arm came to
// its target; an *Unfinished says what happened instead.
//
// While it waits it pings, so that a motion may take longer than the deadman. The pings come
// from its caller's goroutine: they end with ctx, after which the arm decelerates within the
// deadman. To stop at once, Stop or Release.
func (c *Client) MoveAndWait(ctx context.Context, target safety.Point, opts ...Option) (Outcome, error) {
	return c.carryOut(ctx, codec.Request{Type: codec.TypeMove, Target: target}, opts)
}

// CommandAndWait is MoveAndWait for Command.
func (c *Client) CommandAndWait(ctx context.Context, target safety.Point, g safety.Gripper, opts ...Option) (Outcome, error) {
	return c.carryOut(ctx, codec.Request{Type: codec.TypeCommand, Target: target, Gripper: g}, opts)
}

// GripAndWait is MoveAndWait for Grip.
func (c *Client) GripAndWait(ctx context.Context, g safety.Gripper, opts ...Option) (Outcome, error) {
	return c.carryOut(ctx, codec.Request{Type: codec.TypeGrip, Gripper: g}, opts)
}

func (c *Client) carryOut(ctx context.Context, r codec.Request, opts []Option) (Outcome, error) {
	o, err := c.attend(ctx, r, opts)
	if err == nil {
		err = o.Err()
	}
	if err != nil {
		return o, fmt.Errorf("%s: %w", r.Type, err)
	}
	return o, nil
}

// attend starts a motion and pings until it has ended, all on one connection.
func (c *Client) attend(ctx context.Context, r codec.Request, opts []Option) (Outcome, error) {
	r.Notify = true
	l, err := c.current()
	if err != nil {
		return Outcome{}, err
	}
	m, err := l.start(ctx, r, opts)
	if err != nil {
		return Outcome{}, err
	}
	beat := time.NewTicker(c.beat())
	defer beat.Stop()
	for {
		select {
		case <-m.ended:
			return m.outcome, m.err
		case <-ctx.Done():
			return m.Wait(ctx)
		case <-beat.C:
			l.ping()
		}
	}
}
