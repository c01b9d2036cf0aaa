package daemon

import (
	"errors"
	"io"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/panjf2000/gnet/v2"
	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/metrics"
	"github.com/aether-arm/aetherd/safety"
)

// port serves the stations of one listening port: it is the handler of a gnet engine. The
// command port takes every request. The stop port takes stop, ping and state; with an
// engine and an event loop of its own it stays quick whatever floods the other.
type port struct {
	gnet.BuiltinEventEngine
	*desk

	types   []codec.Type // of the requests that the port takes
	counts  metrics.Port
	open    atomic.Int64
	engine  gnet.Engine
	booted  chan struct{} // closed when engine is set
	batches sync.Pool
}

// desk is what both ports share.
type desk struct {
	guard    *guard
	stations *stations
	herald   *herald
	settings atomic.Pointer[settings]
	driver   string
	joints   []string // names of those that the arm measures
	metrics  *metrics.Set
	log      zerolog.Logger
	level    *logLevel      // of log
	refusals zerolog.Logger // sampled
	closing  atomic.Bool    // the daemon is going down: no new connections
}

// settings are what the desk goes by; a reload replaces them, with the gate's lock held.
type settings struct {
	*config.Config
	limits  string        // config.LimitsHash
	welcome codec.Welcome // what every hello is told
}

func newSettings(c *config.Config, version string, can arm.Capabilities) *settings {
	return &settings{c, c.LimitsHash(), introduction(c, version, can)}
}

func newPort(d *desk, m metrics.Port, types []codec.Type) *port {
	return &port{
		desk:    d,
		types:   types,
		counts:  m,
		booted:  make(chan struct{}),
		batches: sync.Pool{New: func() any { return new(batch) }},
	}
}

// OnBoot keeps the engine, to stop it by.
func (p *port) OnBoot(e gnet.Engine) gnet.Action {
	p.engine = e
	close(p.booted)
	return gnet.None
}

const (
	keepAliveIdle     = 15 * time.Second
	keepAliveInterval = 5 * time.Second
	keepAliveProbes   = 3
)

// OnOpen takes a station in, if there is room.
func (p *port) OnOpen(c gnet.Conn) ([]byte, gnet.Action) {
	p.counts.Accepted.Inc()
	p.counts.Connections.Set(float64(p.open.Add(1)))
	remote, name := remoteAddr(c)
	st := &station{conn: c, remote: remote, name: name, limit: p.settings.Load().Server.OutboundLimit}
	c.SetContext(st)
	switch {
	case p.closing.Load():
		return p.refuse(st, codec.CodeShuttingDown)
	case p.open.Load() > int64(p.settings.Load().Server.MaxStations):
		return p.refuse(st, codec.CodeTooManyStations)
	}
	// Per connection: as an option of the engine, gnet hides a port that is in use behind it.
	_ = c.SetKeepAlive(true, keepAliveIdle, keepAliveInterval, keepAliveProbes)
	p.guard.with(func(now safety.Instant, gate *safety.Gate) {
		st.session = gate.Connect(now, name, p.settings.Load().Role(remote, ""))
		p.stations.add(st) // a reload gives roles to all, with the lock held
	})
	p.log.Debug().Uint64("session", st.id).Str("station", name).Msg("connected")
	return nil, gnet.None
}

// refuse turns a connection away with its one line.
func (p *port) refuse(st *station, code codec.Code) ([]byte, gnet.Action) {
	st.ended = closedRefused
	p.refusals.Warn().Str("station", st.name).Stringer("code", code).Msg("connection refused")
	return codec.AppendFault(nil, codec.Fault{Code: code}, nil), gnet.Close
}

// OnClose lets a station go. If it holds, the arm decelerates.
func (p *port) OnClose(c gnet.Conn, err error) gnet.Action {
	st := c.Context().(*station)
	p.counts.Connections.Set(float64(p.open.Add(-1)))
	p.countClosed(st.ended, err)
	if st.session == nil {
		return gnet.None
	}
	p.guard.with(func(_ safety.Instant, gate *safety.Gate) { gate.Disconnect(st.session) })
	p.herald.unsubscribe(st)
	p.stations.remove(st)
	p.log.Debug().Uint64("session", st.id).Str("station", st.name).Err(err).Msg("disconnected")
	return gnet.None
}

func (p *port) countClosed(cause closeCause, err error) {
	closed := p.metrics.Closed
	switch {
	case cause == closedNotReading:
		closed.NotReading.Inc()
	case cause == closedRefused && !p.closing.Load():
		closed.Refused.Inc()
	case cause == closedPanic:
		closed.Error.Inc()
	case p.closing.Load():
		closed.Shutdown.Inc()
	case err == nil || errors.Is(err, io.EOF):
		closed.EOF.Inc()
	default:
		closed.Error.Inc()
	}
}

// OnTraffic takes every complete line out of what was read, decides on them a batch at a
// time, and answers with one write. A part of a line stays for the next read.
func (p *port) OnTraffic(c gnet.Conn) (action gnet.Action) {
	st := c.Context().(*station)
	if st.session == nil {
		return gnet.Close // refused, but gnet leaves it open if the refusal could not be sent
	}
	defer p.rescue(st, &action)
	st.heard = true
	received := p.guard.clock.now()
	buf, err := c.Peek(-1)
	if err != nil {
		return gnet.Close
	}
	b := p.batches.Get().(*batch)
	defer p.batches.Put(b)
	b.out = b.out[:0]
	used := 0
	for more := true; more; {
		var n int
		n, more = p.read(st, b, buf[used:], received)
		used += n
		p.decide(st, b, received)
		p.answer(st, b)
	}
	if used > 0 { // Discard(0) would discard everything
		_, _ = c.Discard(used)
	}
	if len(b.out) == 0 {
		return gnet.None
	}
	_, err = c.Write(b.out)
	p.herald.nudge()
	if err != nil {
		return gnet.None // gnet has closed the connection
	}
	st.closeIfNotReading(c)
	return gnet.None
}

// rescue keeps a defect in the handling of one connection from ending the process. The arm
// stops all the same.
func (p *port) rescue(st *station, action *gnet.Action) {
	r := recover()
	if r == nil {
		return
	}
	p.log.Error().Interface("panic", r).Bytes("stack", debug.Stack()).Str("station", st.name).Msg("a request broke the daemon: the arm is stopped")
	p.guard.halt(safety.CausePanic, "connection")
	st.ended = closedPanic
	*action = gnet.Close
}

// read decodes lines into b until it is full or buf has no more complete line. A stop takes
// effect here, ahead of every lock and of the lines before it.
func (p *port) read(st *station, b *batch, buf []byte, received safety.Instant) (used int, more bool) {
	b.n = 0
	tracing := p.tracing()
	for !b.full() {
		line, n, status := st.cutter.Next(buf[used:])
		used += n
		if status == codec.NeedMore {
			return used, false
		}
		e := b.next()
		if status == codec.TooLong {
			e.request.ID = nil
			e.fault = codec.Fault{Code: codec.CodeLineTooLong}
			continue
		}
		if tracing {
			p.trace(st, "received", line)
		}
		e.fault = codec.Decode(line, &e.request)
		switch {
		case e.fault.Code != codec.NoFault:
		case !slices.Contains(p.types, e.request.Type):
			e.fault = codec.Fault{Code: codec.CodeWrongPort}
		case e.request.Type == codec.TypeStop:
			e.stop = p.guard.request(safety.Cause{Kind: safety.CauseStation, By: e.stopper(st)}, received)
		}
	}
	return used, true
}

// decide asks the gate about every request of b, under one lock.
func (p *port) decide(st *station, b *batch, received safety.Instant) {
	if b.n == 0 {
		return
	}
	var now safety.Instant
	p.guard.quietly(func(at safety.Instant, gate *safety.Gate) {
		now = at
		for i := range b.entries[:b.n] {
			p.guard.applyStops(at) // a stop that came meanwhile is ahead of this request
			b.entries[i].decide(p.desk, st, gate, at, received)
		}
	})
	p.counts.Frames.Add(float64(b.n))
	p.metrics.CommandAge.Observe((now - received).Seconds())
}

// tracing reports whether every line is logged, which costs as much as the rest of a command.
func (p *port) tracing() bool { return p.level.passes(zerolog.TraceLevel) }

func (p *port) trace(st *station, what string, line []byte) {
	p.log.Trace().Uint64("session", st.id).Bytes("line", line).Msg(what)
}
