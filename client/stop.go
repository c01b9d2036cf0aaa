package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/codec"
)

// hedge is how long one way of a stop may be silent before the others are tried beside it,
// how long a stop that was answered waits for the answers of those others, and how long one
// whose context has ended is waited for.
const hedge = 100 * time.Millisecond

// Stop stops the arm, whoever moves it, and returns the number of the stop, for Reset.
//
// It goes over a connection to the stop port that is kept open for it. Where that fails or
// does not answer within 100 ms, it goes over the command port, ahead of all that is not yet
// written, and over new connections to both ports. One answer is success. An error names every
// way that was tried and why it failed: then use the emergency stop.
//
// ctx bounds the wait and not the stop: that is sent, even where ctx has ended already, and pursued
// for Config.ConnectTimeout. The wait goes on for 100 ms after ctx has ended, so that a program
// that ends hears of it, as a rule; Close waits for all of it. Where several ways reached the daemon, each is a stop of
// its own; the number returned is the highest one that was answered.
func (c *Client) Stop(ctx context.Context) (stopID uint64, err error) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return 0, ErrClosed
	}
	command := c.link
	c.work.Add(1)
	c.mu.Unlock()
	var ways []way
	if l := c.stopLine.present(); l != nil {
		ways = append(ways, c.cfg.over(l, "stop port"))
	}
	if command != nil {
		ways = append(ways, c.cfg.over(command, "command port"))
	}
	ways = append(ways, c.cfg.afresh()...)
	return pursue(ctx, ways, c.cfg.ConnectTimeout, c.work.Done)
}

// Stop stops the arm of the daemon that cfg names, without a Client. It is the quickest way
// for a program that does nothing else: one connection to the stop port and one line.
// Where that fails or is silent, the command port is tried. See Client.Stop; there is no Close
// here that waits for a stop whose context has ended.
func Stop(ctx context.Context, cfg Config) (stopID uint64, err error) {
	cfg, err = cfg.complete()
	if err != nil {
		return 0, err
	}
	return pursue(ctx, cfg.afresh(), cfg.ConnectTimeout, func() {})
}

// way is one way to stop.
type way struct {
	name string
	stop func(context.Context) (stopID uint64, err error)
}

// over stops over a connection that is there. The stop port knows no hello, so the stop says
// itself who stops.
func (c *Config) over(l *link, name string) way {
	return way{name, func(ctx context.Context) (uint64, error) {
		r, err := l.do(ctx, &codec.Request{Type: codec.TypeStop, Name: []byte(c.Name)})
		if err != nil {
			return 0, err
		}
		return r.StopID, nil
	}}
}

// afresh stops over new connections.
func (c *Config) afresh() []way {
	var ways []way
	for _, port := range []struct{ name, address string }{{"stop port", c.StopAddress}, {"command port", c.Address}} {
		name := fmt.Sprintf("new connection to the %s %s", port.name, port.address)
		ways = append(ways, way{name, func(ctx context.Context) (uint64, error) {
			l, err := c.open(ctx, port.address, nil)
			if err != nil {
				return 0, err
			}
			defer l.close(ErrClosed)
			return c.over(l, name).stop(ctx)
		}})
	}
	return ways
}

// attempt is what one way came to.
type attempt struct {
	stopID uint64
	err    error
}

// pursue stops by the first way, and by all others as well where that fails or is silent.
// done is called when none is under way any longer, which may be after ctx has ended.
func pursue(ctx context.Context, ways []way, timeout time.Duration, done func()) (uint64, error) {
	result := make(chan attempt, 1)
	go func() {
		defer done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
		p := pursuit{ways: ways, attempts: make(chan attempt, len(ways))}
		id, err := p.run(ctx)
		result <- attempt{id, err}
		cancel()
		p.finish()
	}()
	select {
	case a := <-result:
		return a.stopID, a.err
	case <-ctx.Done():
	}
	select {
	case a := <-result:
		return a.stopID, a.err
	case <-time.After(hedge):
		return 0, fmt.Errorf("stop: not answered yet, it is not known whether it was sent: %w", ctx.Err())
	}
}

// pursuit is one stop.
type pursuit struct {
	ways     []way
	attempts chan attempt // has room for all
	begun    int          // ways
	ended    int          // ways
}

func (p *pursuit) begin(ctx context.Context, upTo int) {
	for ; p.begun < upTo; p.begun++ {
		w := p.ways[p.begun]
		go func() {
			id, err := w.stop(ctx)
			if err != nil {
				err = fmt.Errorf("%s: %w", w.name, err)
			}
			p.attempts <- attempt{id, err}
		}()
	}
}

// run returns the highest number of a stop that was answered, or why none was.
func (p *pursuit) run(ctx context.Context) (stopID uint64, err error) {
	p.begin(ctx, 1)
	patience := time.NewTimer(hedge)
	defer patience.Stop()
	var errs []error
	stopped := false
	for p.ended < p.begun {
		select {
		case a := <-p.attempts:
			p.ended++
			switch {
			case a.err != nil:
				errs = append(errs, a.err)
			case !stopped:
				stopped = true
				patience.Reset(hedge)
				fallthrough
			default:
				stopID = max(stopID, a.stopID)
			}
			if a.err != nil && !stopped {
				p.begin(ctx, len(p.ways))
			}
		case <-patience.C:
			if stopped {
				return stopID, nil
			}
			p.begin(ctx, len(p.ways))
		}
	}
	if stopped {
		return stopID, nil
	}
	return 0, fmt.Errorf("stop: no way succeeded: %w", errors.Join(errs...))
}

// finish waits for the ways that are still under way; their context has ended.
func (p *pursuit) finish() {
	for ; p.ended < p.begun; p.ended++ {
		<-p.attempts
	}
}
