package load

import (
	"bufio"
	"context"
	"errors"
	"math"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// Every line of every script is a request that the protocol knows, with the id of its place.
func TestScriptsAreRequests(t *testing.T) {
	target := safety.Point{X: 120, Y: -35.5, Z: 210.25}
	for _, c := range []struct {
		cfg  Config
		want codec.Request
	}{
		{Config{Request: Ping}, codec.Request{Type: codec.TypePing}},
		{Config{Request: State}, codec.Request{Type: codec.TypeState}},
		{Config{Request: Check, Targets: []safety.Point{target}}, codec.Request{Type: codec.TypeMove, Target: target, Check: true}},
		{Config{Request: Command, Targets: []safety.Point{target}, Gripper: safety.GripperOpen}, codec.Request{Type: codec.TypeCommand, Target: target, Gripper: safety.GripperOpen}},
		{Config{Request: Command, Targets: []safety.Point{target}, Gripper: safety.GripperAt(35)}, codec.Request{Type: codec.TypeCommand, Target: target, Gripper: safety.GripperAt(35)}},
	} {
		for _, depth := range []int{1, MaxDepth} {
			c.cfg.Depth = depth
			s := newScript(&c.cfg)
			if len(s.ends) <= depth {
				t.Errorf("%d lines for %d in flight: a reply out of order could have the right id", len(s.ends), depth)
			}
			for i := range s.ends {
				line, n := s.lines(i, 1)
				var r codec.Request
				if f := codec.Decode(line, &r); n != 1 || f.Code != codec.NoFault {
					t.Fatalf("line %d, %q: %v", i, line, f)
				}
				id := string(r.ID)
				if r.ID = nil; !cmp.Equal(c.want, r) || `,"id":`+id+"}" != string(s.ids[i]) {
					t.Fatalf("line %d, %q: -want +got\n%s id %s", i, line, cmp.Diff(c.want, r), id)
				}
			}
		}
	}
}

func TestConfigIsBounded(t *testing.T) {
	good := Config{Stations: 1, Depth: 1, Duration: time.Second}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for word, spoil := range map[string]func(*Config){
		"stations": func(c *Config) { c.Stations = MaxStations + 1 },
		"depth":    func(c *Config) { c.Depth = 0 },
		"duration": func(c *Config) { c.Duration = MaxDuration + 1 },
		"warmup":   func(c *Config) { c.Warmup = -1 },
		"rate":     func(c *Config) { c.Rate = math.NaN() },
		"target":   func(c *Config) { c.Request = Check },
		"finite":   func(c *Config) { c.Targets = []safety.Point{{X: math.Inf(1)}} },
		"request":  func(c *Config) { c.Request = Command + 1 },
	} {
		c := good
		spoil(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
	}
}

// A whole run: as many replies as requests, of the right size, counted once.
func TestRunCounts(t *testing.T) {
	for name, rate := range map[string]float64{"closed": 0, "open": 200} {
		t.Run(name, func(t *testing.T) {
			r, err := Run(t.Context(), Config{Address: peer(t, echo), Stations: 3, Depth: 4, Duration: 500 * time.Millisecond, Warmup: 50 * time.Millisecond, Rate: rate})
			if err != nil {
				t.Fatal(err)
			}
			in, out := uint64(len(`{"status":"ok","message":"pong","id":100000}`+"\n")), uint64(len(`{"type":"ping","id":100000}`+"\n"))
			want := Result{Config: r.Config, Elapsed: r.Elapsed, Sent: r.Answered, Answered: r.Answered, Codes: map[string]uint64{"ok": r.Answered}, BytesIn: in * r.Answered, BytesOut: out * r.Answered}
			got := r
			got.Latency, got.Lateness, got.Unsent, got.Total = nil, nil, 0, 0
			if r.Total <= r.Answered {
				t.Errorf("%d replies with the warm-up, %d without", r.Total, r.Answered)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if n := r.Latency.TotalCount(); r.Answered == 0 || uint64(n) != r.Answered {
				t.Errorf("%d latencies of %d replies", n, r.Answered)
			}
			if due := uint64(3 * 200 * 0.5); rate > 0 && r.Sent+r.Unsent > due+6 {
				t.Errorf("%d were sent, and %d were due", r.Sent, due)
			}
		})
	}
}

// A daemon that pauses once: in a closed loop one latency tells, in an open one all that were
// due in the pause, evenly over its length.
func TestPauseShowsInAnOpenLoop(t *testing.T) {
	const pause, rate = time.Second, 100.0
	pausing := func(in *bufio.Reader, out net.Conn) {
		for n := 0; ; n++ {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			if n == 5 {
				<-time.After(pause) // the pause that is measured
			}
			if _, err := out.Write(appendAnswer(nil, line, `{"status":"ok"`)); err != nil {
				return
			}
		}
	}
	over := func(r *Result, limit time.Duration) (n int64) {
		for _, bar := range r.Latency.Distribution() {
			if time.Duration(bar.From) >= limit {
				n += bar.Count
			}
		}
		return n
	}
	cfg := Config{Address: peer(t, pausing), Stations: 1, Depth: 1, Duration: 3 * time.Second}
	closed, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if n := over(&closed, pause/2); n < 1 || n > 3 {
		t.Errorf("closed loop: %d latencies tell the pause", n)
	}
	cfg.Rate = rate
	open, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	due := int64(rate * (pause / 2).Seconds())
	if n := over(&open, pause/2); n < due/2 || n > 4*due {
		t.Errorf("open loop: %d latencies are over half of the pause, %d were due in its first half", n, due)
	}
}

// What a peer can do wrong ends the run, and says so.
func TestPeersThatFail(t *testing.T) {
	after := func(n int, then func(line []byte, out net.Conn)) func(*bufio.Reader, net.Conn) {
		return func(in *bufio.Reader, out net.Conn) {
			for range n {
				line, err := in.ReadSlice('\n')
				if err != nil {
					return
				}
				_, _ = out.Write(appendAnswer(nil, line, `{"status":"ok"`))
			}
			line, _ := in.ReadSlice('\n')
			then(line, out)
			_, _ = in.WriteTo(discard{}) // until the station hangs up
		}
	}
	say := func(text string) func([]byte, net.Conn) {
		return func(_ []byte, out net.Conn) { _, _ = out.Write([]byte(text)) }
	}
	for name, c := range map[string]struct {
		serve func(*bufio.Reader, net.Conn)
		is    error
		says  string
	}{
		"another id":  {after(20, say(`{"status":"ok","id":100021}`+"\n")), client.ErrProtocol, "whose id is 100020"},
		"no id":       {after(20, say(`{"status":"ok"}`+"\n")), client.ErrProtocol, "whose id is 100020"},
		"twice":       {after(0, say(`{"status":"ok","id":100000}`+"\n"+`{"status":"ok","id":100000}`+"\n")), client.ErrProtocol, "oldest request"},
		"garbage":     {after(20, say("\x00\xff\n")), client.ErrProtocol, "is no reply"},
		"no code":     {after(20, say(`{"status":"error","id":100020}`+"\n")), client.ErrProtocol, "is no reply"},
		"no newline":  {after(20, say(strings.Repeat("x", 100_000))), client.ErrProtocol, "a reply of more than"},
		"going down":  {after(20, say(`{"status":"error","message":"Going down","code":"shutting_down"}`+"\n")), client.ErrShuttingDown, "station 1 of 1"},
		"closes":      {after(20, func(_ []byte, out net.Conn) { out.Close() }), client.ErrConnectionLost, "closed by the daemon; 1 requests have no reply"},
		"half a line": {after(20, func(_ []byte, out net.Conn) { _, _ = out.Write([]byte(`{"stat`)); out.Close() }), client.ErrConnectionLost, "1 requests have no reply"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := Run(t.Context(), Config{Address: peer(t, c.serve), Stations: 1, Depth: 1, Duration: time.Minute})
			if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v and %q", err, c.is, c.says)
			}
			if r.Answered > 21 || r.Lost() > 1 {
				t.Errorf("%d replies, %d lost", r.Answered, r.Lost())
			}
		})
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// A daemon that hangs does not hold up the run to its end.
func TestPeerThatHangs(t *testing.T) {
	hang := func(in *bufio.Reader, _ net.Conn) { _, _ = in.WriteTo(discard{}) }
	for name, rate := range map[string]float64{"closed": 0, "open": 50} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			r, err := Run(t.Context(), Config{Address: peer(t, hang), Stations: 2, Depth: 3, Duration: time.Minute, Rate: rate})
			if err == nil || !strings.Contains(err.Error(), "answered nothing for 2s") || !strings.Contains(err.Error(), "6 requests have no reply") {
				t.Error(err)
			}
			if took := time.Since(begun); took > 20*time.Second || r.Lost() != 6 {
				t.Errorf("it took %v, and %d requests are lost", took, r.Lost())
			}
		})
	}
}

// Nor does one that takes nothing, whose connection is full.
func TestPeerThatTakesNothing(t *testing.T) {
	for name, rate := range map[string]float64{"closed": 0, "open": 50} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn, other := net.Pipe() // has no buffer
				defer other.Close()
				cfg := Config{Stations: 1, Depth: 1, Duration: MaxDuration, Rate: rate}
				r := newRun(&cfg, []net.Conn{conn})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if err := r.load(ctx); err == nil || !strings.Contains(err.Error(), "answered nothing for 2s") {
					t.Error(err)
				}
			})
		})
	}
}

// The caller ends a run: what was measured is kept.
func TestInterruptedRun(t *testing.T) {
	for name, rate := range map[string]float64{"closed": 0, "open": 0.1} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			answered := make(chan struct{}, 1)
			address := peer(t, func(in *bufio.Reader, out net.Conn) {
				for {
					line, err := in.ReadSlice('\n')
					if err != nil {
						return
					}
					_, _ = out.Write(appendAnswer(nil, line, `{"status":"ok"`))
					select {
					case answered <- struct{}{}:
					default:
					}
				}
			})
			go func() {
				<-answered
				cancel()
			}()
			r, err := Run(ctx, Config{Address: address, Stations: 1, Depth: 1, Duration: MaxDuration, Rate: rate})
			if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "no reply") {
				t.Error(err)
			}
			if r.Latency == nil || r.Elapsed > time.Minute {
				t.Errorf("%+v", r)
			}
		})
	}
}

// In the steady state a reply costs no allocation.
func TestNoAllocationPerReply(t *testing.T) {
	address := peer(t, echo)
	mallocs := func(d time.Duration) (n, replies uint64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := Run(t.Context(), Config{Address: address, Stations: 4, Depth: 8, Duration: d})
		if err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs, r.Answered
	}
	fixed, few := mallocs(time.Millisecond)
	n, replies := mallocs(300 * time.Millisecond)
	t.Logf("%d allocations for %d replies, %d for %d", fixed, few, n, replies)
	if n > fixed+(replies-few)/100 {
		t.Errorf("%d allocations for %d replies, and %d for %d", n, replies, fixed, few)
	}
}
