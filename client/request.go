package client

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/aether-arm/aetherd/client/internal/elapsed"
	"github.com/aether-arm/aetherd/codec"
)

// Option is something that a request may say beside what it must.
type Option func(*codec.Request) error

// Speed asks for a motion slower than the limit, in mm/s. Only Move takes it.
func Speed(mmPerSecond float64) Option {
	return func(r *codec.Request) error {
		if mmPerSecond <= 0 {
			return invalid(codec.CodeInvalidValue, "speed")
		}
		r.Speed = mmPerSecond
		return nil
	}
}

// TTL has the daemon refuse the request as expired where it could not begin within d of its
// arrival there. Where it has not left this process d after the call, it is not sent: its error
// is ErrNotSent and ErrExpired.
func TTL(d time.Duration) Option {
	return func(r *codec.Request) error {
		if d <= 0 {
			return invalid(codec.CodeInvalidValue, "ttl_ms")
		}
		r.TTL = d
		return nil
	}
}

// Expires is TTL up to a moment, for what was decided before the call: a program that stands
// still in between, or whose computer sleeps, and goes on, sends nothing then.
func Expires(at time.Time) Option {
	return func(r *codec.Request) error {
		left := remaining(at, time.Now())
		if left <= 0 {
			return errExpired
		}
		r.TTL = left
		return nil
	}
}

// remaining returns the time from now to at, in which the computer's sleep has passed too.
func remaining(at, now time.Time) time.Duration { return -elapsed.Between(at, now) }

// errExpired: the request has no time left, and is not sent.
var errExpired = fmt.Errorf("%w: %w", ErrNotSent, &Error{Code: ErrExpired})

// CheckOnly asks for the verdict at this moment. Nothing moves and no control is taken.
func CheckOnly() Option {
	return func(r *codec.Request) error { r.Check = true; return nil }
}

// Notify has the daemon tell what becomes of the motion, for Motion.Wait. It goes with Move,
// Command and Grip, and not with CheckOnly.
func Notify() Option {
	return func(r *codec.Request) error { r.Notify = true; return nil }
}

// request returns r as the options have it.
func request(r codec.Request, opts []Option) (*codec.Request, error) {
	for _, opt := range opts {
		if err := opt(&r); err != nil {
			return nil, err
		}
	}
	if r.Notify && r.Check {
		return nil, invalid(codec.CodeUnknownField, "notify")
	}
	return &r, nil
}

// encode returns r as a line with the number id. What the daemon would not understand is
// refused here, in the words of its own decoder, and never sent.
func encode(r *codec.Request, id uint64) ([]byte, error) {
	if field := notFinite(r); field != "" { // which Append cannot print
		return nil, invalid(codec.CodeNotFinite, field)
	}
	r.ID = strconv.AppendUint(nil, id, 10)
	line := r.Append(nil)
	var back codec.Request
	fault := codec.Decode(bytes.TrimSuffix(line, []byte("\n")), &back)
	switch {
	case fault.Code != codec.NoFault:
		return nil, invalid(fault.Code, fault.Field)
	case back.Speed != r.Speed: // what a type does not take is not in its line
		return nil, invalid(codec.CodeUnknownField, "speed")
	case back.Notify != r.Notify:
		return nil, invalid(codec.CodeUnknownField, "notify")
	}
	if r.Type == codec.TypeHello {
		line = append(line[:len(line)-len("}\n")], fmt.Sprintf(",\"version\":%d}\n", codec.Version)...)
	}
	return line, nil
}

// notFinite names the first number of r that is NaN or infinite, "" where there is none.
func notFinite(r *codec.Request) string {
	numbers := []struct {
		field string
		value float64
	}{{"x", r.Target.X}, {"y", r.Target.Y}, {"z", r.Target.Z}, {"speed", r.Speed}, {"rate_hz", r.RateHz}}
	for _, n := range numbers {
		if math.IsNaN(n.value) || math.IsInf(n.value, 0) {
			return n.field
		}
	}
	return ""
}

func invalid(code codec.Code, field string) error {
	return fmt.Errorf("%w: %w", ErrNotSent, &Error{Code: Code(code.String()), Message: "Invalid command", Field: field})
}

// do asks the present connection and waits for its reply.
func (c *Client) do(ctx context.Context, r codec.Request, opts ...Option) (*reply, error) {
	rep, err := c.ask(ctx, r, opts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Type, err)
	}
	return rep, nil
}

func (c *Client) ask(ctx context.Context, r codec.Request, opts []Option) (*reply, error) {
	req, err := request(r, opts)
	if err != nil {
		return nil, err
	}
	l, err := c.current()
	if err != nil {
		return nil, err
	}
	return l.do(ctx, req)
}

// Ping returns how long the daemon took to answer. The holder's feeds the deadman and the
// lease: see Heartbeat.
func (c *Client) Ping(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	_, err := c.do(ctx, codec.Request{Type: codec.TypePing})
	return time.Since(began), err
}

// State asks for the state. It feeds no deadman.
func (c *Client) State(ctx context.Context) (State, error) {
	r, err := c.do(ctx, codec.Request{Type: codec.TypeState})
	if err != nil {
		return State{}, err
	}
	return r.state(), nil
}

// Take takes control, where nobody has it or a station of a lower role does.
func (c *Client) Take(ctx context.Context, opts ...Option) error {
	_, err := c.do(ctx, codec.Request{Type: codec.TypeTake}, opts...)
	return err
}

// Release gives control up. An arm that moves is decelerated.
func (c *Client) Release(ctx context.Context, opts ...Option) error {
	_, err := c.do(ctx, codec.Request{Type: codec.TypeRelease}, opts...)
	return err
}

// Reset ends the stop stopID if it is the latest one, its causes are over and the arm
// stands. Nothing moves. Look at the arm, and at the causes in State, before.
func (c *Client) Reset(ctx context.Context, stopID uint64, opts ...Option) error {
	_, err := c.do(ctx, codec.Request{Type: codec.TypeReset, StopID: stopID}, opts...)
	return err
}

// Relax switches the motors off: the arm falls, or can be moved by hand. It is a stop, whose
// number it returns; its Reset switches them on again.
func (c *Client) Relax(ctx context.Context, opts ...Option) (stopID uint64, err error) {
	r, err := c.do(ctx, codec.Request{Type: codec.TypeRelax}, opts...)
	if err != nil {
		return 0, err
	}
	return r.StopID, nil
}
