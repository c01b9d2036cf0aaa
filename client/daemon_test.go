//go:build linux

package client_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

func TestWelcome(t *testing.T) {
	c := start(t).dial(t, "laptop", func(c *client.Config) { c.Deadman = 150 * time.Millisecond })
	w := c.Welcome()
	if w.Driver != "sim" || w.Gripper != safety.OpeningGripper || !w.Relaxes || w.Role != safety.Operator ||
		w.Speed != 250 || w.Min != (safety.Point{X: -300, Y: -300}) || w.Max != (safety.Point{X: 300, Y: 300, Z: 400}) ||
		w.Deadman != 150*time.Millisecond || w.Lease != 5*time.Second || w.ConfigHash == "" {
		t.Errorf("%+v", w)
	}
}

func TestMoveGripStopReset(t *testing.T) {
	ctx := t.Context()
	c := start(t).dial(t, "laptop")
	o, err := c.MoveAndWait(ctx, near, client.Speed(100))
	must(t, err)
	if !o.HasPosition || o.Position.Sub(near).Norm() > 1 {
		t.Errorf("the motion ended with %+v", o)
	}
	opening, err := client.Opening(35)
	must(t, err)
	_, err = c.GripAndWait(ctx, opening)
	must(t, err)
	s, err := c.State(ctx)
	must(t, err)
	if s.State != "active" || s.Holder != "laptop" || !s.Holds || s.Gripper != opening || s.Position.Sub(near).Norm() > 1 || !s.LinkUp {
		t.Errorf("%+v", s)
	}

	m, err := c.Command(ctx, far, safety.GripperOpen, client.Notify())
	must(t, err)
	id, err := c.Stop(ctx)
	must(t, err)
	if o, err := m.Wait(ctx); err != nil || o.End != client.Stopped || o.Cause != "station" {
		t.Errorf("the motion ended with %+v, %v", o, err)
	}
	_, err = c.Move(ctx, near)
	want(t, "a motion after the stop", err, client.ErrStopped)
	s = until(t, c, confirmed)
	if !s.Stopped() || s.StopID < id || len(s.Causes) == 0 || s.Causes[0].Cause != "station" {
		t.Errorf("%+v", s)
	}
	want(t, "the reset of another stop", c.Reset(ctx, s.StopID+1), client.ErrWrongStopID)
	must(t, c.Reset(ctx, s.StopID))
	want(t, "a second reset", c.Reset(ctx, s.StopID), client.ErrNotStopped)
	relaxed, err := c.Relax(ctx)
	must(t, err)
	until(t, c, confirmed)
	must(t, c.Reset(ctx, relaxed))
}

func TestOutcomesOfTheDaemon(t *testing.T) {
	ctx := t.Context()
	c := start(t).dial(t, "laptop")
	first, err := c.Move(ctx, far, client.Notify())
	must(t, err)
	second, err := c.Move(ctx, home, client.Notify())
	must(t, err)
	if o, err := first.Wait(ctx); err != nil || o.End != client.Superseded {
		t.Errorf("the first: %+v, %v", o, err)
	}
	if o, err := second.Wait(ctx); err != nil || o.End != client.Done {
		t.Errorf("the second: %+v, %v", o, err)
	}
	third, err := c.Move(ctx, far, client.Notify())
	must(t, err)
	must(t, c.Release(ctx))
	if o, err := third.Wait(ctx); err != nil || o.End != client.Stopped || o.Cause != "released" {
		t.Errorf("the third: %+v, %v", o, err)
	}
}

// Another station has control.
func TestHeldByAnother(t *testing.T) {
	ctx := t.Context()
	a := start(t, func(c *config.Config) { c.Stations = []config.Station{{Name: "chief", Role: "supervisor"}} })
	laptop, pendant, chief := a.dial(t, "laptop"), a.dial(t, "pendant"), a.dial(t, "chief")
	must(t, laptop.Take(ctx))
	_, err := pendant.Move(ctx, near)
	want(t, "a motion", err, client.ErrNotInControl)
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Holder != "laptop" {
		t.Errorf("refused with %+v", refused)
	}
	want(t, "a take", pendant.Take(ctx), client.ErrHigherRoleNeeded)
	want(t, "a release", pendant.Release(ctx), client.ErrNotInControl)
	must(t, chief.Take(ctx))
	_, err = laptop.Move(ctx, near)
	want(t, "a motion after a higher role's take", err, client.ErrNotInControl)
	_, err = pendant.Stop(ctx) // anyone may
	must(t, err)
}

// Every kind of value that the daemon refuses.
func TestRefusedByTheDaemon(t *testing.T) {
	ctx := t.Context()
	a := start(t, func(c *config.Config) { c.Safety.Burst, c.Safety.Rate = 6, 0.1 })
	c := a.dial(t, "laptop")
	_, err := c.Move(ctx, safety.Point{Z: 401}, client.CheckOnly())
	want(t, "outside", err, client.ErrOutOfWorkspace)
	_, err = c.Move(ctx, near, client.Speed(251))
	want(t, "too fast", err, client.ErrSpeedOutOfRange)
	_, err = c.Move(ctx, near, client.TTL(1))
	want(t, "too late", err, client.ErrExpired)
	_, err = c.Move(ctx, near, client.CheckOnly())
	must(t, err)
	must(t, c.Take(ctx, client.CheckOnly()))
	s, err := c.State(ctx)
	must(t, err)
	if s.State != "idle" || s.HasTarget || s.Holds {
		t.Errorf("the checks left %+v", s)
	}
	for range 10 {
		if err = c.Take(ctx); err != nil {
			break
		}
	}
	want(t, "too often", err, client.ErrRateLimited)
	var refused *client.Error
	if !errors.As(err, &refused) || refused.RetryAfter <= 0 {
		t.Errorf("refused with %+v", refused)
	}
	_, err = c.Stop(ctx) // takes no token
	must(t, err)
}

func TestDialOfRealPorts(t *testing.T) {
	a := start(t, func(c *config.Config) { c.Server.MaxStations = 1 })
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	closed := nobody.Addr().String()
	must(t, nobody.Close())
	silent, err := net.Listen("tcp", "127.0.0.1:0") // connects, and never answers
	must(t, err)
	defer silent.Close()
	a.dial(t, "first")
	tests := []struct {
		name, address string
		want          error
		text          string
	}{
		{"closed port", closed, nil, "is aetherd running there"},
		{"stop port", a.Stop, client.ErrTooManyStations, "too_many_stations"}, // of which the first has one
		{"full", a.Command, client.ErrTooManyStations, "raise the limit"},
		{"HTTP", a.Ops, client.ErrProtocol, "an HTTP server"},
		{"silent", silent.Addr().String(), context.DeadlineExceeded, "is that aetherd's command port"},
		{"no such host", "nowhere.invalid", nil, "nowhere.invalid"},
	}
	for _, test := range tests {
		_, err := client.Dial(t.Context(), client.Config{
			Address: test.address, StopAddress: closed, ConnectTimeout: 500 * time.Millisecond})
		if err == nil || test.want != nil && !errors.Is(err, test.want) || !contains(err, test.text) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	b := start(t)
	_, err = client.Dial(t.Context(), client.Config{Address: b.Stop, StopAddress: b.Stop})
	want(t, "the stop port as the command port", err, client.ErrWrongPort)
}

// The daemon is restarted on the same ports in the middle of a motion. The client is back by
// itself and watches on; the arm stays where it is.
func TestDaemonRestarted(t *testing.T) {
	ctx := t.Context()
	d, err := daemontest.Launch(daemontest.ComesBack)
	must(t, err)
	a := &aetherd{d}
	c := a.dial(t, "laptop")
	moving := make(chan error, 1)
	go func() { _, err := c.MoveAndWait(ctx, far); moving <- err }()
	until(t, c, func(s *client.State) bool { return s.Position.X < 190 })
	must(t, a.End())
	if err := <-moving; err == nil {
		t.Error("the motion came to its end")
	}
	for n := range c.Connections(ctx) {
		if !n.Up {
			want(t, "the connection", n.Err, client.ErrConnectionLost)
			break
		}
	}
	_, err = c.Move(ctx, near)
	want(t, "a motion meanwhile", err, client.ErrNotConnected)
	_, err = c.Stop(ctx)
	if err == nil || !contains(err, "stop port") || !contains(err, "command port") {
		t.Errorf("a stop meanwhile: %v", err)
	}

	start(t, daemontest.Again(a.Addresses))
	for n := range c.Connections(ctx) {
		if n.Up {
			if n.Number != 2 || n.ConfigChanged {
				t.Errorf("connected again: %+v", n)
			}
			break
		}
	}
	s := until(t, c, func(*client.State) bool { return true })
	if s.State != "idle" || s.HasTarget || s.Holder != "" || s.Position != home {
		t.Errorf("after the restart: %+v", s)
	}
	_, err = c.MoveAndWait(ctx, near)
	must(t, err)
}

// With a deadman of 300 ms, a motion of 0.8 s goes on for as long as it is attended to.
func TestDeadman(t *testing.T) {
	ctx := t.Context()
	a := start(t)
	c := a.dial(t, "laptop", func(c *client.Config) { c.Deadman = 300 * time.Millisecond })
	target := safety.Point{X: 50, Y: 0, Z: 150}
	t.Run("nobody attends", func(t *testing.T) {
		m, err := c.Move(ctx, far, client.Notify())
		must(t, err)
		if o, err := m.Wait(ctx); err != nil || o.End != client.Stopped || o.Cause != "deadman" {
			t.Errorf("ended with %+v, %v", o, err)
		}
	})
	t.Run("MoveAndWait", func(t *testing.T) {
		_, err := c.MoveAndWait(ctx, target)
		must(t, err)
	})
	t.Run("Heartbeat", func(t *testing.T) {
		m, err := c.Move(ctx, home, client.Notify())
		must(t, err)
		work, done := context.WithCancel(ctx)
		var beat sync.WaitGroup
		beat.Go(func() { want(t, "the heartbeat", c.Heartbeat(work, 30*time.Millisecond), context.Canceled) })
		if o, err := m.Wait(ctx); err != nil || o.End != client.Done {
			t.Errorf("ended with %+v, %v", o, err)
		}
		done()
		beat.Wait()
	})
	t.Run("the work ends", func(t *testing.T) {
		m, err := c.Move(ctx, far, client.Notify())
		must(t, err)
		work, done := context.WithTimeout(ctx, 100*time.Millisecond)
		defer done()
		want(t, "the heartbeat", c.Heartbeat(work, 0), context.DeadlineExceeded)
		if o, err := m.Wait(ctx); err != nil || o.End != client.Stopped || o.Cause != "deadman" {
			t.Errorf("ended with %+v, %v", o, err)
		}
	})
}

// Many goroutines stream targets over one client, and stop in the middle of it.
func TestStopWhileStreaming(t *testing.T) {
	ctx := t.Context()
	a := start(t, func(c *config.Config) { c.Safety.Rate, c.Safety.Burst = 1e6, 1e6 })
	c := a.dial(t, "laptop")
	var streams sync.WaitGroup
	for i := range 8 {
		streams.Go(func() {
			for {
				_, err := c.Move(ctx, safety.Point{X: 200 - float64(i), Y: 0, Z: 150})
				if err != nil {
					want(t, "the end of the stream", err, client.ErrStopped)
					return
				}
			}
		})
	}
	until(t, c, func(s *client.State) bool { return s.HasTarget })
	id, err := c.Stop(ctx)
	must(t, err)
	_, err = c.Move(ctx, near)
	want(t, "a motion after the stop", err, client.ErrStopped)
	streams.Wait()
	s, err := c.State(ctx)
	must(t, err)
	if s.StopID < id { // above, where a stop was slow and went several ways
		t.Errorf("stop %d is the present one, %d was told", s.StopID, id)
	}
}

func TestStopWithoutClient(t *testing.T) {
	a := start(t)
	c := a.dial(t, "laptop")
	id, err := client.Stop(t.Context(), a.config("button"))
	must(t, err)
	state, err := c.State(t.Context())
	must(t, err)
	if want := []client.Cause{{Cause: "station", By: "button"}}; !cmp.Equal(state.Causes, want) {
		t.Errorf("stopped by %v, want %v", state.Causes, want)
	}
	_, err = c.Move(t.Context(), near)
	var refused *client.Error
	if !errors.As(err, &refused) || refused.StopID < id || id == 0 {
		t.Errorf("a motion after stop %d: %v", id, err)
	}
}
