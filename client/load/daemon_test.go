//go:build linux

package load

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

// Every request that there is, over the ports that take it.
func TestRequestsOfADaemon(t *testing.T) {
	at := daemontest.Start(t, func(c *config.Config) { c.Safety.Rate = 1e6; c.Safety.Burst = 1e6 })
	inside, outside := []safety.Point{{X: 200, Z: 150}, {X: 205, Z: 150}}, []safety.Point{{X: 200, Z: 1000}}
	for name, c := range map[string]struct {
		cfg  Config
		code string
	}{
		"ping":         {Config{Address: at.Command, Request: Ping}, "ok"},
		"state":        {Config{Address: at.Command, Request: State}, "ok"},
		"stop port":    {Config{Address: at.Stop, Request: Ping}, "ok"},
		"wrong port":   {Config{Address: at.Stop, Request: Check, Targets: inside}, "wrong_port"},
		"check":        {Config{Address: at.Command, Request: Check, Targets: inside}, "ok"},
		"outside":      {Config{Address: at.Command, Request: Check, Targets: outside}, "out_of_workspace"},
		"in open loop": {Config{Address: at.Command, Request: Check, Targets: inside, Gripper: safety.GripperOpen, Rate: 500}, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			c.cfg.Stations, c.cfg.Depth, c.cfg.Duration = 4, 4, 500*time.Millisecond
			r, err := Run(t.Context(), c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			if r.Answered == 0 || r.Codes[c.code] != r.Answered || r.Lost() != 0 {
				t.Errorf("%+v", r)
			}
		})
	}
	if s := state(t, at); s.Holder != "" || s.Position != (safety.Point{X: 200, Z: 150}) {
		t.Errorf("something moved the arm: %+v", s)
	}
}

// Command moves the arm, and only one station can.
func TestCommandMoves(t *testing.T) {
	at := daemontest.Start(t)
	r, err := Run(t.Context(), Config{Address: at.Command, Request: Command, Targets: []safety.Point{{X: 210, Z: 150}}, Stations: 2, Depth: 1, Duration: time.Second, Rate: 100})
	if err != nil {
		t.Fatal(err)
	}
	if r.Codes["ok"] == 0 || r.Codes["not_in_control"] == 0 || r.Codes["ok"]+r.Codes["not_in_control"] != r.Answered {
		t.Errorf("%+v", r.Codes)
	}
	if s := state(t, at); s.Position.X <= 200 {
		t.Errorf("the arm is at %v", s.Position)
	}
}

// Somebody stops the arm, or takes control: the load that moved it ends, so that the arm does
// not move again with the reset, or the release.
func TestCommandEnds(t *testing.T) {
	for name, c := range map[string]struct {
		end func(t *testing.T, other *client.Client) error
		is  error
	}{
		"with a stop":  {func(t *testing.T, other *client.Client) error { _, err := other.Stop(t.Context()); return err }, client.ErrStopped},
		"with control": {func(t *testing.T, other *client.Client) error { return other.Take(t.Context()) }, client.ErrNotInControl},
	} {
		t.Run(name, func(t *testing.T) {
			at := daemontest.Start(t, func(c *config.Config) {
				c.Stations = []config.Station{{Name: "other", Role: "supervisor"}}
			})
			other, err := client.Dial(t.Context(), client.Config{Address: at.Command, StopAddress: at.Stop, Name: "other"})
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			ended := make(chan error, 1)
			go func() {
				_, err := Run(t.Context(), Config{Address: at.Command, Request: Command, Targets: []safety.Point{{X: -200, Z: 150}}, Stations: 3, Depth: 2, Duration: MaxDuration, Rate: 40})
				ended <- err
			}()
			for e, err := range other.Subscribe(t.Context(), 50) {
				if err != nil {
					t.Fatal(err)
				}
				if e.Kind == client.StateEvent && e.State.Position.X < 199 {
					break
				}
			}
			if err := c.end(t, other); err != nil {
				t.Fatal(err)
			}
			select {
			case err := <-ended:
				if !errors.Is(err, c.is) {
					t.Error(err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("the load goes on")
			}
		})
	}
}

func state(t *testing.T, at *daemontest.Daemon) client.State {
	t.Helper()
	c, err := client.Dial(t.Context(), client.Config{Address: at.Command, StopAddress: at.Stop})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The daemon goes away under load: the run ends at once, and tells what it had.
func TestDaemonGoesAway(t *testing.T) {
	at := daemontest.Start(t)
	watch, err := client.Dial(t.Context(), client.Config{Address: at.Command, StopAddress: at.Stop})
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	begun := time.Now()
	go func() {
		for range 20 { // while the load is on
			if _, err := watch.Ping(t.Context()); err != nil {
				break
			}
		}
		_ = at.End() // which its test reports
	}()
	r, err := Run(t.Context(), Config{Address: at.Command, Stations: 8, Depth: 4, Duration: MaxDuration})
	if !errors.Is(err, client.ErrConnectionLost) && !errors.Is(err, client.ErrShuttingDown) {
		t.Error(err)
	}
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	t.Logf("%d replies, %d lost: %v", r.Answered, r.Lost(), err)
}

func TestNobodyThere(t *testing.T) {
	at := daemontest.Start(t)
	_ = at.End() // which its test reports
	_, err := Run(t.Context(), Config{Address: at.Command, Stations: 8, Depth: 1, Duration: time.Second})
	if err == nil || !strings.Contains(err.Error(), "0 of 8 stations could connect") || !strings.Contains(err.Error(), "is aetherd running there") {
		t.Error(err)
	}
}

func TestTooManyStations(t *testing.T) {
	at := daemontest.Start(t, func(c *config.Config) { c.Server.MaxStations = 5 })
	_, err := Run(t.Context(), Config{Address: at.Command, Stations: 20, Depth: 1, Duration: time.Second})
	if !errors.Is(err, client.ErrTooManyStations) || !strings.Contains(err.Error(), "server.max_stations") {
		t.Error(err)
	}
}
