package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/safety"
)

func TestOutcomes(t *testing.T) {
	tests := []struct {
		event string // without id
		want  Outcome
		err   string
	}{
		{`{"event":"done","position":{"x":1,"y":-2.5,"z":3}`,
			Outcome{End: Done, Position: safety.Point{X: 1, Y: -2.5, Z: 3}, HasPosition: true}, ""},
		{`{"event":"done","position":null`, Outcome{End: Done}, ""},
		{`{"event":"superseded"`, Outcome{End: Superseded}, "move: a newer motion took its place"},
		{`{"event":"stopped","cause":"holder_gone"`, Outcome{End: Stopped, Cause: "holder_gone"}, "move: stopped short: holder_gone"},
		{`{"event":"expired"`, Outcome{End: Expired}, "move: it expired before it began"},
	}
	for _, test := range tests {
		t.Run(test.event, func(t *testing.T) {
			play(t, func(t *testing.T, s *stage) {
				c, daemon, _ := s.connected()
				var got Outcome
				result := going(func() (err error) {
					got, err = c.MoveAndWait(t.Context(), safety.Point{})
					return err
				})
				a := daemon.want("move")
				if !a.Notify {
					t.Errorf("sent %s", a.line)
				}
				daemon.reply(a, accepted)
				daemon.reply(a, test.event)
				err := <-result
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
				var unfinished *Unfinished
				switch {
				case test.err == "" && err != nil, test.err != "" && (err == nil || err.Error() != test.err):
					t.Errorf("the error is %v, want %q", err, test.err)
				case err != nil && (!errors.As(err, &unfinished) || unfinished.Outcome != test.want):
					t.Errorf("%#v is no *Unfinished with the outcome", err)
				}
			})
		})
	}
}

func TestMotion(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		var m *Motion
		result := going(func() (err error) {
			m, err = c.Command(t.Context(), safety.Point{X: 400}, safety.GripperAt(35), Notify(), TTL(150*time.Millisecond))
			return err
		})
		a := daemon.want("command")
		if want := `{"type":"command","x":400,"y":0,"z":0,"gripper":35,"notify":true,"ttl_ms":150,"id":2}`; a.line != want {
			t.Errorf("sent %s\nwant %s", a.line, want)
		}
		daemon.reply(a, accepted+`,"clamped":{"x":300,"y":0,"z":0}`)
		if err := <-result; err != nil {
			t.Fatal(err)
		}
		if target, clamped := m.Clamped(); !clamped || target != (safety.Point{X: 300}) {
			t.Errorf("clamped %v to %v", clamped, target)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := m.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("under way: %v", err)
		}
		daemon.reply(a, `{"event":"superseded"`)
		<-m.Ended()
		if o, err := m.Wait(ctx); err != nil || o.End != Superseded {
			t.Errorf("after its end: %+v, %v", o, err)
		}
	})
}

func TestMotionWithoutNotify(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		var m *Motion
		result := going(func() (err error) {
			m, err = c.Grip(t.Context(), safety.GripperClosed)
			return err
		})
		a := daemon.want("grip")
		if want := `{"type":"grip","gripper":"closed","id":2}`; a.line != want {
			t.Errorf("sent %s\nwant %s", a.line, want)
		}
		daemon.reply(a, accepted)
		if err := <-result; err != nil {
			t.Fatal(err)
		}
		if _, err := m.Wait(t.Context()); err == nil {
			t.Error("an outcome without Notify")
		}
		if target, clamped := m.Clamped(); clamped {
			t.Errorf("clamped to %v", target)
		}
	})
}

// The deadman is 300 ms: whoever waits pings every 100 ms, and not after its context.
func TestWaitingFeedsTheDeadman(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		ctx, cancel := context.WithCancel(t.Context())
		result := going(func() error { _, err := c.MoveAndWait(ctx, safety.Point{}, Speed(5)); return err })
		daemon.reply(daemon.want("move"), accepted)
		for range 20 {
			began := time.Now()
			a := daemon.want("ping")
			if waited := time.Since(began); waited > 100*time.Millisecond {
				t.Fatalf("no ping for %v", waited)
			}
			daemon.reply(a, pong)
		}
		synctest.Wait()
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		daemon.wantSilence(time.Hour)
	})
}

func TestHeartbeat(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		ctx, cancel := context.WithCancel(t.Context())
		result := going(func() error { return c.Heartbeat(ctx, 0) })
		began := time.Now()
		for range 11 {
			daemon.reply(daemon.want("ping"), pong)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("11 pings took %v, want one every 100 ms, a third of the deadman", took)
		}
		synctest.Wait()
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		daemon.wantSilence(time.Hour)
		if err := c.Heartbeat(ctx, time.Second); !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: %v", err)
		}
		daemon.wantSilence(time.Hour)
	})
}

// A heartbeat stands for the work on one connection: on the next one nothing is under way.
func TestHeartbeatEndsWithItsConnection(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		result := going(func() error { return c.Heartbeat(t.Context(), time.Hour) })
		daemon.reply(daemon.want("ping"), pong)
		synctest.Wait()
		daemon.close()
		if err := <-result; !errors.Is(err, ErrConnectionLost) {
			t.Errorf("got %v", err)
		}
		if err := c.Heartbeat(t.Context(), time.Hour); !errors.Is(err, ErrNotConnected) {
			t.Errorf("without a connection: %v", err)
		}
		s.greet("one").wantSilence(2 * time.Hour)
	})
}

// What the daemon would not understand stays here, with the code that it would answer.
func TestInvalidRequests(t *testing.T) {
	play(t, func(t *testing.T, s *stage) {
		c, daemon, _ := s.connected()
		ctx := t.Context()
		nan := safety.Point{Y: math.NaN()}
		tests := []struct {
			name  string
			send  func() error
			want  error
			field string
		}{
			{"NaN", func() error { _, err := c.Move(ctx, nan); return err }, ErrNotFinite, "y"},
			{"infinity", func() error { _, err := c.Move(ctx, safety.Point{Z: math.Inf(-1)}); return err }, ErrNotFinite, "z"},
			{"NaN and wait", func() error { _, err := c.MoveAndWait(ctx, nan); return err }, ErrNotFinite, "y"},
			{"speed 0", func() error { _, err := c.Move(ctx, safety.Point{}, Speed(0)); return err }, ErrInvalidValue, "speed"},
			{"speed NaN", func() error { _, err := c.Move(ctx, safety.Point{}, Speed(math.NaN())); return err }, ErrNotFinite, "speed"},
			{"speed of a command", func() error {
				_, err := c.Command(ctx, safety.Point{}, safety.GripperOpen, Speed(50))
				return err
			}, ErrUnknownField, "speed"},
			{"TTL 0", func() error { return c.Take(ctx, TTL(0)) }, ErrInvalidValue, "ttl_ms"},
			{"TTL of a year", func() error { return c.Take(ctx, TTL(365*24*time.Hour)) }, ErrInvalidValue, "ttl_ms"},
			{"outcome of a take", func() error { return c.Take(ctx, Notify()) }, ErrUnknownField, "notify"},
			{"outcome of a check", func() error { _, err := c.MoveAndWait(ctx, safety.Point{}, CheckOnly()); return err }, ErrUnknownField, "notify"},
			{"no gripper", func() error { _, err := c.Grip(ctx, safety.GripperUnchanged); return err }, ErrNullField, "gripper"},
			{"a wide gripper", func() error { _, err := c.Grip(ctx, safety.GripperOpen+1); return err }, ErrInvalidValue, "gripper"},
			{"stop 0", func() error { return c.Reset(ctx, 0) }, ErrInvalidValue, "stop_id"},
		}
		for _, test := range tests {
			err := test.send()
			var e *Error
			if !errors.Is(err, ErrNotSent) || !errors.Is(err, test.want) || !errors.As(err, &e) || e.Field != test.field {
				t.Errorf("%s: got %v, want %v of %s", test.name, err, test.want, test.field)
			}
		}
		daemon.wantSilence(time.Hour)
	})
}

func TestOpening(t *testing.T) {
	for percent, want := range map[float64]safety.Gripper{
		0: safety.GripperClosed, 100: safety.GripperOpen, 35: safety.GripperAt(35), 34.5: safety.GripperAt(35),
	} {
		if got, err := Opening(percent); err != nil || got != want {
			t.Errorf("%v %%: %v, %v", percent, got, err)
		}
	}
	for _, percent := range []float64{-0.1, 100.1, math.NaN(), math.Inf(1), 300} {
		if got, err := Opening(percent); err == nil {
			t.Errorf("%v %%: %v", percent, got)
		}
	}
}

func TestConfig(t *testing.T) {
	addresses := []struct{ address, stop, wantAddress, wantStop string }{
		{"", "", "127.0.0.1:5000", "127.0.0.1:5001"},
		{"arm.local", "", "arm.local:5000", "arm.local:5001"},
		{"arm.local:7000", "", "arm.local:7000", "arm.local:7001"},
		{"arm.local:7000", "pi:80", "arm.local:7000", "pi:80"},
		{"::1", "", "[::1]:5000", "[::1]:5001"},
		{"[::1]:6000", "", "[::1]:6000", "[::1]:6001"},
	}
	for _, a := range addresses {
		cfg, err := Config{Address: a.address, StopAddress: a.stop}.complete()
		if err != nil || cfg.Address != a.wantAddress || cfg.StopAddress != a.wantStop {
			t.Errorf("%q, %q: %q, %q, %v", a.address, a.stop, cfg.Address, cfg.StopAddress, err)
		}
	}
	wrong := []Config{
		{Address: "arm:http"}, {Address: "arm:65535"}, {Address: "a:b:c:5"}, {StopAddress: "arm"},
		{ReplyTimeout: -1}, {InFlight: -1}, {FirstRetry: time.Second, LastRetry: time.Millisecond},
		{Deadman: time.Microsecond}, {Deadman: -time.Second}, {Name: "a\nb"}, {Name: fmt.Sprint(make([]int, 99))},
	}
	for _, cfg := range wrong {
		if _, err := Dial(t.Context(), cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}

// The stop port is by default the port after the command port.
func TestAddresses(t *testing.T) {
	for _, c := range []struct{ address, stop, want string }{
		{"127.0.0.1:5000", "", "127.0.0.1:5001"},
		{"arm.local", "", "arm.local:5001"},
		{"[::1]:7000", "", "[::1]:7001"},
		{"arm.local:1", "other:9", "other:9"},
	} {
		if _, got, err := (Config{Address: c.address, StopAddress: c.stop}).Addresses(); err != nil || got != c.want {
			t.Errorf("%q, %q: %q, want %q", c.address, c.stop, got, c.want)
		}
	}
}
