//go:build linux

package main

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
)

// TestScripts runs aetherctl as a person at a shell does, each script with a daemon of its
// own. $REFUSED is an address where nothing listens, and $LAPTOP one where hands are told.
// waitholder NAME waits until that station has control.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: stage,
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"waitholder": waitHolder},
	})
}

func stage(e *testscript.Env) error {
	a, err := daemontest.Launch(func(c *config.Config) {
		c.Stations = []config.Station{{Name: "boss", Role: "supervisor"}}
	})
	if err != nil {
		return err
	}
	e.Defer(func() { _ = a.End() })
	laptop, err := telling(`{"left_hand": {"grab": "Open"}, "right_hand": {"xyz": null}, "raw": null}` + "\n")
	if err != nil {
		return err
	}
	e.Defer(func() { _ = laptop.Close() })
	refused, err := telling("")
	if err != nil {
		return err
	}
	_ = refused.Close()
	e.Setenv("AETHERD_ADDRESS", a.Command)
	e.Setenv("AETHERD_STOP_ADDRESS", a.Stop)
	e.Setenv("AETHERD_NAME", "script")
	e.Setenv("OPS", a.Ops)
	e.Setenv("LAPTOP", laptop.Addr().String())
	e.Setenv("REFUSED", refused.Addr().String())
	return nil
}

// telling is a server that greets everybody with line.
func telling(line string) (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, line)
			_ = conn.Close()
		}
	}()
	return l, nil
}

func waitHolder(ts *testscript.TestScript, _ bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second) // only a defect takes as long
	defer cancel()
	arm, err := client.Dial(ctx, client.Config{Address: ts.Getenv("AETHERD_ADDRESS"), StopAddress: ts.Getenv("AETHERD_STOP_ADDRESS")})
	ts.Check(err)
	defer arm.Close()
	for e, err := range arm.Subscribe(ctx, 50) {
		ts.Check(err)
		if e.Kind == client.StateEvent && e.State.Holder == args[0] {
			return
		}
	}
	ts.Fatalf("%s does not take control", args[0])
}
