//go:build linux

package client_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// aetherd is a daemon in this process, over the simulated arm.
type aetherd struct {
	daemon.Addresses
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // valid when ended is closed
}

// run starts a daemon on free ports, and returns when it listens.
func run(edits ...func(*config.Config)) (*aetherd, error) {
	c := config.Default()
	c.Server.Listen, c.Server.StopListen, c.Ops.Listen = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.Arm.WriteDeadline = 1000 // a machine with other work is no stuck arm
	for _, edit := range edits {
		edit(c)
	}
	log, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	a := &aetherd{cancel: cancel, ended: make(chan struct{})}
	ready := make(chan daemon.Addresses, 1)
	go func() {
		defer close(a.ended)
		defer log.Close()
		a.err = daemon.Run(ctx, c, daemon.Options{Version: "test", Log: log, Ready: func(at daemon.Addresses) { ready <- at }})
	}()
	select {
	case a.Addresses = <-ready:
		return a, nil
	case <-a.ended:
		cancel()
		return nil, a.err
	}
}

// stop ends the daemon.
func (a *aetherd) stop() error {
	a.cancel()
	<-a.ended
	return a.err
}

func start(t *testing.T, edits ...func(*config.Config)) *aetherd {
	t.Helper()
	a, err := run(edits...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// config is that of a station of this daemon.
func (a *aetherd) config(name string) client.Config {
	return client.Config{Address: a.Command, StopAddress: a.Stop, Name: name}
}

func (a *aetherd) dial(t *testing.T, name string, edits ...func(*client.Config)) *client.Client {
	t.Helper()
	cfg := a.config(name)
	for _, edit := range edits {
		edit(&cfg)
	}
	c, err := client.Dial(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.StopPort(); err != nil {
		t.Errorf("the stop port: %v", err)
	}
	return c
}

// until returns the first state that is as wanted.
func until(t *testing.T, c *client.Client, wanted func(*client.State) bool) client.State {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // only a defect takes as long
	defer cancel()
	var last client.State
	for e, err := range c.Subscribe(ctx, 50) {
		if err != nil {
			t.Fatal(err)
		}
		if last = e.State; e.Kind == client.StateEvent && wanted(&e.State) {
			return e.State
		}
	}
	t.Fatalf("it does not come to that: %+v", last)
	return last
}

func confirmed(s *client.State) bool { return s.StopResult == safety.StopConfirmed.String() }

var (
	home = safety.Point{X: 200, Y: 0, Z: 150} // where the simulated arm stands at first
	near = safety.Point{X: 205, Y: 0, Z: 150}
	far  = safety.Point{X: -200, Y: 0, Z: 150} // two seconds
)

func want(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func contains(err error, part string) bool { return strings.Contains(err.Error(), part) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
