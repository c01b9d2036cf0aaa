package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func stateEvent(x int) string {
	return fmt.Sprintf(`{"event":"state","state":"active","holder":"laptop","you":{"role":"operator","holds":true},`+
		`"position":{"x":%d,"y":0,"z":150},"target":null,"gripper":35,"arm":{"driver":"sim","link":"up"}}`, x)
}

const (
	subscribed   = `{"status":"ok","message":"Subscribed"`
	unsubscribed = `{"status":"ok","message":"Unsubscribed"`
)

// brief is what a test compares of an event.
func brief(e Event) string {
	switch e.Kind {
	case StateEvent:
		return fmt.Sprintf("at %v", e.State.Position.X)
	case ControlEvent:
		return "holder " + e.Holder
	}
	return fmt.Sprintf("connection %d up %v", e.Connection.Number, e.Connection.Up)
}

// follower is a subscriber that takes an event when the test wants one.
type follower struct {
	t      *testing.T
	events chan string
	ended  chan error
}

func follow(t *testing.T, ctx context.Context, c *Client, rate float64) *follower {
	f := &follower{t, make(chan string), make(chan error, 1)}
	go func() {
		for e, err := range c.Subscribe(ctx, rate) {
			if err != nil {
				f.ended <- err
				return
			}
			f.events <- brief(e)
		}
		f.ended <- nil
	}()
	return f
}

func (f *follower) want(events ...string) {
	f.t.Helper()
	for _, want := range events {
		if got := <-f.events; got != want {
			f.t.Errorf("the event %q, want %q", got, want)
		}
	}
}

// A slow consumer gets the newest of each kind, in their order, and holds up nobody.
func TestSlowSubscriber(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		f := follow(t, t.Context(), c, 50)
		a := daemon.want("subscribe")
		if a.Rate != 50 {
			t.Errorf("the rate is %v", a.Rate)
		}
		daemon.reply(a, subscribed)
		daemon.tell(stateEvent(0))
		synctest.Wait() // the consumer has that one, and takes its time
		daemon.tell(`{"event":"control","holder":"laptop"}`)
		for x := range 1000 {
			daemon.tell(stateEvent(x))
		}
		daemon.tell(`{"event":"control","holder":null}`)
		result := going(func() error { _, err := c.Ping(t.Context()); return err })
		daemon.reply(daemon.want("ping"), pong)
		if err := <-result; err != nil {
			t.Error(err)
		}
		f.want("at 0", "at 999", "holder ")
	})
}

func TestSubscriptionLastsAcrossConnections(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		ctx, cancel := context.WithCancel(t.Context())
		f := follow(t, ctx, c, 0)
		a := daemon.want("subscribe")
		if a.Rate != 10 {
			t.Errorf("the rate is %v", a.Rate)
		}
		daemon.reply(a, subscribed)
		daemon.tell(stateEvent(1))
		f.want("at 1")
		daemon.close()
		f.want("connection 1 up false")
		late := follow(t, t.Context(), c, 5) // comes while there is no connection
		late.want("connection 1 up false")
		daemon = s.greet("one")
		f.want("connection 2 up true")
		late.want("connection 2 up true")
		daemon.want("subscribe") // and no reply
		daemon.close()
		f.want("connection 2 up false")
		late.want("connection 2 up false")
		daemon = s.greet("one")
		f.want("connection 3 up true")
		late.want("connection 3 up true")
		daemon.reply(daemon.want("subscribe"), subscribed)
		daemon.tell(stateEvent(2))
		f.want("at 2")
		late.want("at 2")
		cancel()
		if err := <-f.ended; err != nil {
			t.Errorf("a subscription whose context ended: %v", err)
		}
		if a := daemon.want("subscribe"); a.Rate != 5 { // what the other one wants
			t.Errorf("the rate is %v", a.Rate)
		} else {
			daemon.reply(a, subscribed)
		}
		go c.Close()
		late.want("connection 3 up false")
		if err := <-late.ended; !errors.Is(err, ErrClosed) {
			t.Errorf("a subscription of a closed client: %v", err)
		}
	})
}

// The rates of the subscribers are told one at a time, and always end at the highest.
func TestRateOfSubscribers(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		ctx, cancel := context.WithCancel(t.Context())
		for _, rate := range []float64{5, 20, 10} {
			follow(t, ctx, c, rate)
			synctest.Wait()
		}
		first := daemon.want("subscribe")
		daemon.wantSilence(time.Second) // until there is a reply
		daemon.reply(first, subscribed)
		second := daemon.want("subscribe")
		if first.Rate != 5 || second.Rate != 20 {
			t.Errorf("the rates are %v and %v", first.Rate, second.Rate)
		}
		daemon.reply(second, subscribed)
		synctest.Wait()
		cancel()
		third := daemon.next() // whichever left first
		synctest.Wait()
		if third.Type == "subscribe" {
			daemon.reply(third, subscribed)
			third = daemon.want("unsubscribe")
		}
		daemon.reply(third, unsubscribed)
		daemon.wantSilence(time.Hour) // without subscribers no state is due
	})
}

// A subscriber notices a daemon that has gone without a word, though it asks nothing.
func TestSilentSubscription(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		f := follow(t, t.Context(), c, 2)
		daemon.reply(daemon.want("subscribe"), subscribed)
		for x := range 5 {
			daemon.tell(stateEvent(x))
			f.want(fmt.Sprintf("at %d", x))
			time.Sleep(500 * time.Millisecond) // of the bubble
		}
		last := time.Now().Add(-500 * time.Millisecond)
		f.want("connection 1 up false")
		if took := time.Since(last); took != 2500*time.Millisecond {
			t.Errorf("it took %v to notice, want the period and ReplyTimeout", took)
		}
	})
}

func TestSubscriptionIsRefused(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		for _, rate := range []float64{-1, 0.001, 51} {
			if err := <-follow(t, t.Context(), c, rate).ended; !errors.Is(err, ErrInvalidValue) || !errors.Is(err, ErrNotSent) {
				t.Errorf("the rate %v: %v", rate, err)
			}
		}
		f := follow(t, t.Context(), c, 1)
		daemon.reply(daemon.want("subscribe"), `{"status":"error","message":"Command refused","code":"not_permitted"`)
		if err := <-f.ended; !errors.Is(err, ErrNotPermitted) {
			t.Errorf("got %v", err)
		}
		daemon.want("unsubscribe")
	})
}

func TestBreakingOffUnsubscribes(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		result := going(func() error {
			for e, err := range c.Subscribe(t.Context(), 1) {
				if err != nil {
					return err
				}
				if got := brief(e); !strings.HasPrefix(got, "at ") {
					return errors.New(got)
				}
				break
			}
			return nil
		})
		daemon.reply(daemon.want("subscribe"), subscribed)
		daemon.tell(stateEvent(1))
		daemon.reply(daemon.want("unsubscribe"), unsubscribed)
		if err := <-result; err != nil {
			t.Error(err)
		}
	})
}
