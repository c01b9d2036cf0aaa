//go:build linux

package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

// aetherd is a daemon that stations of a test dial.
type aetherd struct{ *daemontest.Daemon }

func start(t *testing.T, edits ...func(*config.Config)) *aetherd {
	t.Helper()
	return &aetherd{daemontest.Start(t, edits...)}
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
