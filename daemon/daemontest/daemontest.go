// Package daemontest runs a daemon in the process of a test, over the simulated arm, which stands
// at 200 0 150.
package daemontest

import (
	"context"
	"os"
	"testing"

	"github.com/aether-arm/aetherd/daemon"
	"github.com/aether-arm/aetherd/daemon/config"
)

// Daemon is a daemon that listens.
type Daemon struct {
	daemon.Addresses
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // valid when ended is closed
}

// Launch starts a daemon on free ports, and returns when it listens.
func Launch(edits ...func(*config.Config)) (*Daemon, error) {
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
	d := &Daemon{cancel: cancel, ended: make(chan struct{})}
	ready := make(chan daemon.Addresses, 1)
	go func() {
		defer close(d.ended)
		defer log.Close()
		d.err = daemon.Run(ctx, c, daemon.Options{Version: "test", Log: log, Ready: func(at daemon.Addresses) { ready <- at }})
	}()
	select {
	case d.Addresses = <-ready:
		return d, nil
	case <-d.ended:
		cancel()
		return nil, d.err
	}
}

// End ends the daemon and returns what became of it. It may be called more than once.
func (d *Daemon) End() error {
	d.cancel()
	<-d.ended
	return d.err
}

// Start launches a daemon that ends with the test.
func Start(t testing.TB, edits ...func(*config.Config)) *Daemon {
	t.Helper()
	d, err := Launch(edits...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.End(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// ComesBack has a daemon listen at an address that no connection has at its other end: between its
// end and the start of the one that listens Again there, none takes the port.
func ComesBack(c *config.Config) {
	c.Server.Listen, c.Server.StopListen = "127.0.0.3:0", "127.0.0.3:0"
}

// Again has a daemon listen where another one did, which ComesBack.
func Again(at daemon.Addresses) func(*config.Config) {
	return func(c *config.Config) { c.Server.Listen, c.Server.StopListen = at.Command, at.Stop }
}
