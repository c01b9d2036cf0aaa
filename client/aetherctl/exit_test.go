//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
)

// TestExitStatuses walks the table of exit.go with the whole program but its process.
func TestExitStatuses(t *testing.T) {
	a := daemontest.Start(t)
	ada, err := client.Dial(t.Context(), client.Config{Address: a.Command, StopAddress: a.Stop, Name: "ada"})
	if err != nil {
		t.Fatal(err)
	}
	defer ada.Close()
	take := func(t *testing.T) {
		t.Helper()
		if err := ada.Take(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	for _, test := range []struct {
		name, line string
		ctx        context.Context
		before     func(*testing.T)
		want       int
	}{
		{"done", "status", t.Context(), nil, exitDone},
		{"failed", "status --timeout -1s", t.Context(), nil, exitFailed},
		{"too long a name", "status --name " + strings.Repeat("n", 65), t.Context(), nil, exitUsage},
		{"no number", "move NaN 0 100", t.Context(), nil, exitUsage},
		{"unknown command", "fly", t.Context(), nil, exitUsage},
		{"unknown flag", "move 1 2 3 --fast", t.Context(), nil, exitUsage},
		{"no point", "move 1 2 three", t.Context(), nil, exitUsage},
		{"refused", "move 0 0 401", t.Context(), nil, exitRefused},
		{"no daemon", "status --address 127.0.0.1:1", t.Context(), nil, exitNoConnection},
		{"wrong port", "status --address " + a.Stop, t.Context(), nil, exitNoConnection},
		{"held by another", "move 0 0 100", t.Context(), take, exitNotInControl},
		{"taken by another", "take", t.Context(), take, exitNotInControl},
		{"interrupted", "status", interrupted, nil, exitInterrupted},
		{"stop, interrupted", "stop", interrupted, nil, exitDone},
		{"stop that fails, interrupted", "stop --address 127.0.0.1:1", interrupted, nil, exitNoConnection},
		{"stopped", "move 0 0 100", t.Context(), nil, exitStopped},
		{"wrong stop", "reset 9", t.Context(), nil, exitRefused},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.before != nil {
				test.before(t)
			}
			t.Setenv("AETHERD_ADDRESS", a.Command)
			t.Setenv("AETHERD_STOP_ADDRESS", a.Stop)
			var out, errs bytes.Buffer
			got := run(test.ctx, strings.Fields(test.line), strings.NewReader(""), &out, &errs)
			if got != test.want {
				t.Errorf("exit status %d, want %d\n%s%s", got, test.want, &out, &errs)
			}
			if (got == exitDone) != (errs.Len() == 0) {
				t.Errorf("status %d, and standard error says %q", got, &errs)
			}
		})
	}
}

// TestStopOfAnotherDaemon: where --address names a daemon, the stop port of the environment is
// another one's.
func TestStopOfAnotherDaemon(t *testing.T) {
	here := daemontest.Start(t)
	there := daemontest.Start(t, func(c *config.Config) {
		c.Server.Listen, c.Server.StopListen = "127.0.0.2:0", "127.0.0.2:0" // where nothing else listens
	})
	t.Setenv("AETHERD_ADDRESS", here.Command)
	t.Setenv("AETHERD_STOP_ADDRESS", here.Stop)
	if got := run(t.Context(), []string{"stop", "--address", there.Command}, strings.NewReader(""), io.Discard, io.Discard); got != exitDone {
		t.Errorf("exit status %d", got)
	}
	for daemon, want := range map[*daemontest.Daemon]bool{here: false, there: true} {
		arm, err := client.Dial(t.Context(), client.Config{Address: daemon.Command, StopAddress: daemon.Stop})
		if err != nil {
			t.Fatal(err)
		}
		state, err := arm.State(t.Context())
		if err != nil || state.Stopped() != want {
			t.Errorf("%s: stopped %v, want %v (%v)", daemon.Command, state.Stopped(), want, err)
		}
		_ = arm.Close()
	}
}

// broken is an input that ends with an error.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("out of paper") }

// TestSendOfBrokenInput: not all was sent, which is no success.
func TestSendOfBrokenInput(t *testing.T) {
	a := daemontest.Start(t)
	var errs bytes.Buffer
	in := io.MultiReader(strings.NewReader(`{"type":"ping"}`+"\n"), broken{})
	got := run(t.Context(), []string{"send", "--address", a.Command}, in, io.Discard, &errs)
	if got != exitFailed || !strings.Contains(errs.String(), "out of paper") {
		t.Errorf("exit status %d, %s", got, &errs)
	}
}

// TestMotionCutShort tells a stop from all else that ends a motion.
func TestMotionCutShort(t *testing.T) {
	for _, test := range []struct {
		outcome client.Outcome
		want    int
	}{
		{client.Outcome{End: client.Superseded}, exitCutShort},
		{client.Outcome{End: client.Expired}, exitCutShort},
		{client.Outcome{End: client.Stopped, Cause: "deadman"}, exitCutShort},
		{client.Outcome{End: client.Stopped, Cause: "taken"}, exitCutShort},
		{client.Outcome{End: client.Stopped, Cause: "station"}, exitStopped},
		{client.Outcome{End: client.Stopped, Cause: "tracking_error"}, exitStopped},
	} {
		if got := status(test.outcome.Err()); got != test.want {
			t.Errorf("%+v: %d, want %d", test.outcome, got, test.want)
		}
	}
}
