package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/pool/goroutine"
	"github.com/rs/zerolog"
)

// readBuffer is the most that one read brings, and with it how long one station can hold
// an event loop.
const readBuffer = 16 << 10

// gnet's pool of goroutines looks at the clock twice a second. Only connections that are handed
// to an engine use it, and here every one is accepted.
func init() { goroutine.DefaultWorkerPool.Release() }

// engine runs a port.
type engine struct {
	*port
	address string
	ended   chan struct{} // closed when the engine has ended
	err     error         // why it ended; valid then
}

// startEngine starts to listen. A return of the engine that stop did not ask for goes to
// failed: gnet ends an engine on one failed accept, and reports no error.
func startEngine(p *port, address string, loops int, log zerolog.Logger, failed chan<- error) *engine {
	e := &engine{port: p, address: address, ended: make(chan struct{})}
	go func() {
		e.err = gnet.Run(p, "tcp://"+address,
			gnet.WithNumEventLoop(loops),
			gnet.WithReusePort(true), // each loop accepts for itself; see OnOpen for the cap
			gnet.WithReuseAddr(true),
			gnet.WithReadBufferCap(readBuffer),
			gnet.WithLogger(engineLog{log}))
		if e.err == nil {
			e.err = errAccept
		}
		close(e.ended)
		if !p.closing.Load() {
			failed <- fmt.Errorf("the engine on %s ended unasked: %w", address, e.err)
		}
	}()
	return e
}

// errAccept stands for the nil that gnet returns after an accept that failed.
var errAccept = errors.New("a connection could not be accepted; the process may be out of file descriptors")

// listening waits until the engine has begun to listen, or has ended.
func (e *engine) listening(ctx context.Context) error {
	select {
	case <-e.booted:
		return nil
	case <-e.ended:
		return fmt.Errorf("listen on %s: %w", e.address, e.err)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop closes every connection and waits until the engine has ended, or ctx has.
func (e *engine) stop(ctx context.Context) {
	select {
	case <-e.ended:
		return
	case <-e.booted:
	}
	go func() { _ = e.engine.Stop(ctx) }() // it polls twice a second; Run's return is the truth
	select {
	case <-e.ended:
	case <-ctx.Done():
	}
}

// drainStep is how often drain looks whether everything has gone out.
const drainStep = 5 * time.Millisecond

// drain answers what the stations had sent: it lets the event loops turn until a turn brought
// nothing more, and the replies have gone out, as far as their readers read.
func (d *desk) drain(ctx context.Context) {
	for turn := 0; ctx.Err() == nil; turn++ {
		left := d.turn(ctx)
		if turn >= 1 && left == 0 {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(drainStep):
		}
	}
}

// turn runs once on every event loop that has stations, and returns how many stations are not
// finished with.
func (d *desk) turn(ctx context.Context) (left int) {
	loops := map[gnet.EventLoop][]*station{}
	for _, s := range d.stations.all() {
		loop := s.conn.EventLoop()
		loops[loop] = append(loops[loop], s)
	}
	counts := make(chan int, len(loops))
	waiting := 0
	for loop, members := range loops {
		if loop.Execute(ctx, gnet.RunnableFunc(func(context.Context) error {
			counts <- unfinished(members)
			return nil
		})) == nil {
			waiting++
		}
	}
	for range waiting {
		select {
		case n := <-counts:
			left += n
		case <-ctx.Done():
			return left
		}
	}
	return left
}

// unfinished counts the stations that sent something since the last turn, or have replies
// that did not go out. It runs on their loop.
func unfinished(members []*station) (n int) {
	for _, s := range members {
		if s.heard || s.conn.OutboundBuffered() > 0 {
			n++
		}
		s.heard = false
	}
	return n
}
