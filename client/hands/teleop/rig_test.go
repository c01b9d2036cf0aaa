//go:build linux

package teleop

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

// patience bounds what a test waits for.
const patience = 20 * time.Second

func dial(t testing.TB, at *daemontest.Daemon, name string, edits ...func(*client.Config)) *client.Client {
	t.Helper()
	cfg := client.Config{Address: at.Command, StopAddress: at.Stop, Name: name}
	for _, edit := range edits {
		edit(&cfg)
	}
	c, err := client.Dial(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// witness is a second station that notes where the arm is.
type witness struct {
	t  testing.TB
	mu sync.Mutex
	at []sighting

	changed chan struct{} // has something where there is a new sighting
}

type sighting struct {
	client.State
	when time.Time
}

func watchArm(t testing.TB, c *client.Client) *witness {
	w := &witness{t: t, changed: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() {
		for e, err := range c.Subscribe(ctx, 50) {
			if err != nil {
				return
			}
			if e.Kind != client.StateEvent {
				continue
			}
			w.mu.Lock()
			w.at = append(w.at, sighting{e.State, time.Now()})
			w.mu.Unlock()
			select {
			case w.changed <- struct{}{}:
			default:
			}
		}
	})
	t.Cleanup(func() { cancel(); work.Wait() })
	return w
}

// all returns every sighting.
func (w *witness) all() []sighting {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]sighting(nil), w.at...)
}

// until waits for a sighting, and returns it.
func (w *witness) until(what string, ok func(client.State) bool) sighting {
	w.t.Helper()
	late := time.After(patience)
	for {
		if all := w.all(); len(all) > 0 && ok(all[len(all)-1].State) {
			return all[len(all)-1]
		}
		select {
		case <-w.changed:
		case <-late:
			all := w.all()
			w.t.Fatalf("never %s: %+v", what, all[len(all)-1].State)
		}
	}
}

// stands waits until the arm has stood for a while, and returns since when it did, and how far
// it went after that moment.
func (w *witness) stands(after time.Time) (since time.Time, went float64) {
	w.t.Helper()
	const while = 400 * time.Millisecond
	w.until("at rest", func(client.State) bool {
		all := w.all()
		now := all[len(all)-1]
		began := now
		for i := len(all) - 1; i >= 0 && all[i].Position.Sub(now.Position).Norm() < 0.05; i-- {
			began = all[i]
		}
		since = began.when
		return now.when.Sub(began.when) > while && now.when.Sub(after) > while
	})
	all := w.all()
	for i, s := range all {
		if i+1 < len(all) && !all[i+1].when.Before(after) {
			return since, all[len(all)-1].Position.Sub(s.Position).Norm()
		}
	}
	return since, 0
}

// run is a session that runs as long as the test.
type run struct {
	t      testing.TB
	events chan Event
	end    chan error
	cancel context.CancelFunc

	mu  sync.Mutex
	all []Event
}

// box has the arm in its middle where it stands at first: 1 unit of the hand is 1 mm.
var box = hands.Box{Min: safety.Point{X: 100, Y: -100, Z: 50}, Max: safety.Point{X: 300, Y: 100, Z: 250}}

func lead(t testing.TB, c *client.Client, source Source, edits ...func(*Config)) *run {
	cfg := Config{Hands: hands.Default(), Source: source, TTL: 100 * time.Millisecond, Stopped: func(*client.State) string { return "stopped" }}
	cfg.Hands.Map = hands.Map{Axes: hands.BehindTheArm, Box: box}
	for _, edit := range edits {
		edit(&cfg)
	}
	r := &run{t: t, events: make(chan Event, 100000), end: make(chan error, 1)}
	cfg.Tell = func(e Event) {
		r.mu.Lock()
		r.all = append(r.all, e)
		r.mu.Unlock()
		r.events <- e
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.end <- Run(ctx, c, cfg)
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return r
}

// until returns the next event that is as wanted.
func (r *run) until(what string, ok func(Event) bool) Event {
	r.t.Helper()
	late := time.After(patience)
	var last Event
	for {
		select {
		case last = <-r.events:
			if ok(last) {
				return last
			}
		case err := <-r.end:
			r.t.Fatalf("the run ended, never %s: %v", what, err)
		case <-late:
			r.t.Fatalf("never %s: %+v", what, last)
		}
	}
}

func (r *run) clutch(state hands.State) Event {
	r.t.Helper()
	return r.until(state.String(), func(e Event) bool { return e.Kind == ClutchTurn && e.State == state })
}

// wait waits until the run ends, and returns why.
func (r *run) wait() error {
	r.t.Helper()
	for late := time.After(patience); ; {
		select {
		case <-r.events:
		case err := <-r.end:
			return err
		case <-late:
			r.t.Fatal("the run does not end")
		}
	}
}

// leave waits until the hand at the arm is told to leave, and takes it to x: nothing leads before.
func (r *run) leave(l *aLaptop, x float64) {
	r.t.Helper()
	r.until("told to leave", func(e Event) bool {
		return e.Kind == Tick && e.Apart && strings.Contains(e.Advice(), "take the hand away")
	})
	r.until("still waiting", func(e Event) bool {
		if e.State == hands.Engaged {
			r.t.Fatalf("a hand that was there leads: %+v", e)
		}
		return e.Kind == Tick && e.Frames > 30
	})
	l.say(seen(x, 0, 0, "Open"))
	r.until("apart", func(e Event) bool { return e.Kind == Tick && e.Seen && !e.Apart })
}

// lost returns the event that ends an engagement.
func (r *run) lost() Event {
	r.t.Helper()
	engaged := true // when this is called
	return r.until("lost", func(e Event) bool {
		was := engaged
		engaged = e.State == hands.Engaged
		return was && !engaged
	})
}

// proxy is a way to the daemon that can be slow, stop, and break.
type proxy struct {
	net.Listener
	to   string
	work sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn
	delay time.Duration // of what the daemon says
	gate  chan struct{} // closed: what is said passes
}

func newProxy(t testing.TB, to string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, to: to, gate: make(chan struct{})}
	close(p.gate)
	p.work.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			to := p.to
			p.mu.Unlock()
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, in, out)
			p.mu.Unlock()
			p.work.Go(func() { p.copy(in, out, false) })
			p.work.Go(func() { p.copy(out, in, true) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		p.open()
		p.cut()
		p.work.Wait()
	})
	return p
}

// copy passes on what comes, each piece after the delay.
func (p *proxy) copy(from, to net.Conn, slow bool) {
	defer to.Close()
	buf := make([]byte, 65536)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		delay, gate := p.delay, p.gate
		p.mu.Unlock()
		if slow && delay > 0 {
			<-time.After(delay)
		}
		<-gate
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// shut lets nothing pass, open all.
func (p *proxy) shut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gate = make(chan struct{})
}

func (p *proxy) open() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.gate:
	default:
		close(p.gate)
	}
}

// lead has connections from now on go elsewhere.
func (p *proxy) lead(to string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = to
}

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}
