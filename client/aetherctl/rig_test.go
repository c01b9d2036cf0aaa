//go:build linux

package main

import (
	"context"
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/aether-arm/aetherd/daemon"
	"github.com/aether-arm/aetherd/daemon/config"
)

// TestMain lets the test binary stand in for aetherctl, so that scripts and terminals run the
// whole program.
func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){"aetherctl": main})
}

type leakless struct{ *testing.M }

func (m leakless) Run() int {
	flag.Parse()
	if at := flag.Lookup("test.parallel"); at.Value.String() == at.DefValue {
		_ = at.Value.Set("4") // these tests wait for an arm more than they compute
	}
	code := m.M.Run()
	// gnet makes one pool of workers for the whole process when it is imported, and nothing
	// ends the two goroutines that look after it.
	err := goleak.Find(
		goleak.IgnoreTopFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreTopFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
	if err != nil && code == 0 {
		os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return code
}

// aetherd is a daemon in this process, over the simulated arm.
type aetherd struct {
	daemon.Addresses
	cancel context.CancelFunc
	ended  chan struct{}
	err    error // valid when ended is closed
}

// launch starts a daemon on free ports, and returns when it listens.
func launch(edits ...func(*config.Config)) (*aetherd, error) {
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

// start runs a daemon as long as the test.
func start(t testing.TB, edits ...func(*config.Config)) *aetherd {
	t.Helper()
	a, err := launch(edits...)
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
