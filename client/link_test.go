package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Sixteen callers at once; all their requests are out before the first reply comes.
func TestPipelining(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		const callers = 16
		var results []<-chan error
		for i := range callers {
			results = append(results, going(func() error {
				err := c.Reset(t.Context(), uint64(i+1))
				var refused *Error
				if !errors.As(err, &refused) || refused.StopID != uint64(i+101) {
					return fmt.Errorf("the reset of %d: %w", i+1, err)
				}
				return nil
			}))
		}
		var requests []asked
		for range callers {
			requests = append(requests, daemon.want("reset"))
		}
		for _, a := range requests {
			daemon.reply(a, fmt.Sprintf(`{"status":"error","message":"Command refused","code":"wrong_stop_id","stop_id":%d`, a.Stop+100))
		}
		for _, r := range results {
			if err := <-r; err != nil {
				t.Error(err)
			}
		}
	})
}

// The reply to a call whose caller has given up is not taken for the next one's.
func TestAbandonedCall(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		ctx, cancel := context.WithCancel(t.Context())
		result := going(func() error { _, err := c.Move(ctx, safety.Point{X: 1}, Notify()); return err })
		move := daemon.want("move")
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) || errors.Is(err, ErrNotSent) {
			t.Errorf("the abandoned call: %v", err)
		}
		next := going(func() error { return c.Take(t.Context()) })
		take := daemon.want("take")
		daemon.reply(move, accepted)
		daemon.reply(take, `{"status":"error","message":"Command refused","code":"higher_role_needed","holder":"pendant"`)
		if err := <-next; !errors.Is(err, ErrHigherRoleNeeded) {
			t.Errorf("the next call: %v", err)
		}
		l, err := c.current()
		if err != nil {
			t.Fatal(err)
		}
		l.mu.Lock()
		kept := len(l.motions)
		l.mu.Unlock()
		if kept != 0 {
			t.Errorf("%d motions are kept that nobody waits for", kept)
		}
		daemon.tell(fmt.Sprintf(`{"event":"done","id":%d,"position":{"x":1,"y":0,"z":0}}`, move.ID))
	})
}

// A motion that still waits in the process when its context ends is never sent.
func TestWithdrawnCall(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		first := going(func() error { _, err := c.Ping(t.Context()); return err })
		synctest.Wait() // the daemon does not read: the writer is stuck in the ping
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, err := c.Move(ctx, safety.Point{X: 1})
		if !errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the withdrawn call: %v", err)
		}
		cancel()
		if _, err := c.Move(ctx, safety.Point{X: 2}); !errors.Is(err, ErrNotSent) {
			t.Errorf("a call whose context had ended: %v", err)
		}
		daemon.reply(daemon.want("ping"), pong)
		if err := <-first; err != nil {
			t.Error(err)
		}
		daemon.wantSilence(time.Second)
	})
}

// A motion whose time runs out in this process, which is stuck or was frozen, is not sent.
func TestExpiredCall(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		move := func(x float64, o Option) <-chan error {
			result := going(func() error { _, err := c.Move(t.Context(), safety.Point{X: x}, o); return err })
			synctest.Wait()
			return result
		}
		expired := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, ErrNotSent) || !errors.Is(err, ErrExpired) {
				t.Errorf("%s: %v", what, err)
			}
		}
		first := going(func() error { _, err := c.Ping(t.Context()); return err })
		synctest.Wait() // the daemon does not read: the writer is stuck in the ping
		late, inTime := move(1, TTL(100*time.Millisecond)), move(2, Expires(time.Now().Add(time.Second)))
		time.Sleep(200 * time.Millisecond)
		daemon.reply(daemon.want("ping"), pong)
		if err := <-first; err != nil {
			t.Error(err)
		}
		a := daemon.want("move")
		if a.X != 2 {
			t.Errorf("sent: %s", a.line)
		}
		daemon.reply(a, accepted)
		if err := <-inTime; err != nil {
			t.Error(err)
		}
		expired("in the queue", <-late)
		expired("before the call", <-move(3, Expires(time.Now())))
		daemon.wantSilence(time.Second)
	})
}

func TestInFlightIsBounded(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		cfg := s.config()
		cfg.InFlight = 2
		dialed := s.dialing(cfg)
		stop := s.warm()
		daemon := s.greet("one")
		c := (<-dialed).client
		defer c.Close()
		var pending []<-chan error
		for range 2 {
			pending = append(pending, going(func() error { _, err := c.Ping(t.Context()); return err }))
		}
		a, b := daemon.want("ping"), daemon.want("ping")
		if _, err := c.Ping(t.Context()); !errors.Is(err, ErrTooManyInFlight) {
			t.Errorf("one more: %v", err)
		}
		stop.close()
		synctest.Wait()
		stopped := stopping(t.Context(), c) // there is always room for a stop
		last := daemon.want("stop")
		daemon.reply(a, pong)
		daemon.reply(b, pong)
		daemon.reply(last, `{"status":"ok","message":"Stopped","stop_id":1`)
		wantStop(t, stopped, 1)
		for _, p := range pending {
			if err := <-p; err != nil {
				t.Error(err)
			}
		}
	})
}

// What breaks a connection is told to whoever waits, in words, and never as a refusal.
func TestBrokenConnection(t *testing.T) {
	tests := []struct {
		name string
		say  string // in place of the reply to request 2
		want error
		text string
	}{
		{"closed", "", io.EOF, "closed by the other side"},
		{"half a reply", `{"status":"ok","mess`, io.ErrUnexpectedEOF, "in the middle of a line"},
		{"garbage", "\x00\xff\x17 boo\n", ErrProtocol, "boo"},
		{"no object", "42\n", ErrProtocol, "42"},
		{"neither reply nor event", `{"foo":1}` + "\n", ErrProtocol, "neither a reply nor an event"},
		{"a status of its own", `{"status":"fine","id":2}` + "\n", ErrProtocol, "neither a reply nor an event"},
		{"twice", `{"status":"error","status":"ok","id":2}` + "\n", ErrProtocol, "duplicate"},
		{"another request's reply", `{"status":"ok","message":"pong","id":7}` + "\n", ErrProtocol, "does not answer request 2"},
		{"ok for nobody", `{"status":"ok","message":"pong"}` + "\n", ErrProtocol, "does not answer request 2"},
		{"an HTTP server", "HTTP/1.1 400 Bad Request\r\n\r\n", ErrProtocol, "an HTTP server"},
		{"a hand stream", `{"left_hand":{},"right_hand":{"xyz":null}}` + "\n", ErrProtocol, "hand stream"},
		{"too long", strings.Repeat("x", maxReply), ErrProtocol, "a line of more than 65536 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				c, daemon, _ := s.connected()
				result := going(func() error { return c.Take(t.Context()) })
				daemon.want("take")
				if test.say != "" {
					daemon.say(test.say)
				}
				synctest.Wait()
				daemon.close()
				err := <-result
				if !errors.Is(err, ErrConnectionLost) || !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
					t.Errorf("got %v, want %v with %q", err, test.want, test.text)
				}
				if refused := (*Error)(nil); errors.As(err, &refused) {
					t.Errorf("a broken connection looks like the refusal %v", refused)
				}
			})
		})
	}
}

func TestReplyThatNobodyAskedFor(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		daemon.tell(`{"status":"ok","message":"Control taken"}`)
		daemon.wantEnd()
		synctest.Wait()
		if err := c.Connection().Err; !errors.Is(err, ErrProtocol) || !strings.Contains(err.Error(), "nobody asked for") {
			t.Errorf("the connection ended with: %v", err)
		}
	})
}

// Events that a newer daemon may have, and members that it may add, are no reason to leave.
func TestUnknownEventsAndMembers(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		daemon.tell(`{"event":"weather","sun":true}`)
		daemon.tell(`{"event":"done","id":99,"position":null}`)
		result := going(func() error { _, err := c.Ping(t.Context()); return err })
		daemon.reply(daemon.want("ping"), `{"status":"ok","message":"pong","mood":{"good":[1]}`)
		if err := <-result; err != nil {
			t.Error(err)
		}
	})
}

// A daemon that hangs, or a cable that is pulled, says nothing at all.
func TestSilentDaemon(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		began := time.Now()
		result := going(func() error { _, err := c.Move(t.Context(), safety.Point{}); return err })
		daemon.want("move")
		err := <-result
		if !errors.Is(err, ErrConnectionLost) || !strings.Contains(err.Error(), "no answer within 2s") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("it took %v to notice, want ReplyTimeout", took)
		}
		daemon.wantEnd()
	})
}

// A daemon that does not even read.
func TestStuckWrite(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, _, _ := s.connected()
		if err := c.Take(t.Context()); !errors.Is(err, ErrConnectionLost) {
			t.Errorf("got %v", err)
		}
	})
}

// What a client says of itself, and that it speaks version 1.
func TestHello(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		cfg := s.config()
		cfg.Deadman = 150 * time.Millisecond
		dialed := s.dialing(cfg)
		got := (<-s.command).accept().want("hello")
		if want := `{"type":"hello","name":"laptop","deadman_ms":150,"id":1,"version":1}`; got.line != want {
			t.Errorf("sent %s\nwant %s", got.line, want)
		}
		<-dialed
	})
}

func TestIdleConnectionIsKept(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, stop := s.connected()
		daemon.wantSilence(time.Hour) // nothing pings by itself
		stop.wantSilence(time.Hour)
		if n := c.Connection(); !n.Up || n.Number != 1 {
			t.Errorf("after a quiet time: %+v", n)
		}
	})
}

func TestClose(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, stop := s.connected()
		result := going(func() error { return c.Take(t.Context()) })
		daemon.want("take")
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := <-result; !errors.Is(err, ErrClosed) {
			t.Errorf("the call that waited: %v", err)
		}
		daemon.wantEnd()
		stop.wantEnd()
		if _, err := c.Ping(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("a ping later: %v", err)
		}
		if _, err := c.Stop(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("a stop later: %v", err)
		}
		var last error
		for _, last = range c.Subscribe(t.Context(), 1) {
		}
		if !errors.Is(last, ErrClosed) {
			t.Errorf("a subscription later: %v", last)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}
