package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/load"
	"github.com/aether-arm/aetherd/safety"
)

func benchCommand(s *station) *cobra.Command {
	b := &benching{station: s}
	c := &cobra.Command{
		Use:   "bench",
		Short: "Put your own daemon under load, and measure its answers",
		Long: `Put a daemon of your own under load, and measure how many requests a second it answers, after
how long, with which verdicts. The requests:
  ping     the least that a daemon can be asked (the default)
  state    the longest answer
  check    a target is decoded and judged; nothing moves
  command  MOVES THE ARM in a circle of 20 mm where it stands, with --move; it ends where
           somebody stops the arm or takes control

The daemon has to be named by --address, the one on this machine too: the load gets in the
way of every other station of it. It refuses where another station has control.

Without --rate each station sends its next request when a reply comes (a closed loop): that
tells the throughput. With --rate each request has a moment at which it is due, and its latency
counts from there (an open loop): that tells the latency, also of a daemon that pauses.
Check and command take of a station's rate: the daemon refuses what is above rate_per_s.
Ctrl-C prints what was measured until then.`,
		Example: `  aetherctl bench -a 127.0.0.1:5000 --stations 64 --depth 16
  aetherctl bench -a 127.0.0.1:5000 --stations 100 --rate 30 --request check
  aetherctl bench -a 127.0.0.1:5000 --stop-port`,
		Args: usage(cobra.NoArgs),
	}
	f := c.Flags()
	f.IntVar(&b.cfg.Stations, "stations", 1, fmt.Sprintf("connections, at most %d", load.MaxStations))
	f.IntVar(&b.cfg.Depth, "depth", 1, "`requests` in flight of each station")
	f.DurationVar(&b.cfg.Duration, "duration", 5*time.Second, fmt.Sprintf("how long to measure, at most %v", load.MaxDuration))
	f.DurationVar(&b.cfg.Warmup, "warmup", 500*time.Millisecond, "how long before that, under the same load")
	f.Float64Var(&b.cfg.Rate, "rate", 0, "requests a second of each station, by schedule; 0: when a reply comes")
	f.StringVar(&b.request, "request", "ping", "`what` to ask: ping, state, check or command")
	f.BoolVar(&b.stopPort, "stop-port", false, "ask the stop port; takes ping and state")
	f.BoolVar(&b.move, "move", false, "with --request command: the arm may move")
	f.BoolVar(&b.realArm, "real-arm", false, "with --move: also where the arm is not the simulator")
	c.RunE = func(c *cobra.Command, _ []string) error {
		b.command = c
		return b.run()
	}
	return c
}

// benching is one run of bench.
type benching struct {
	*station
	command *cobra.Command

	cfg      load.Config
	request  string
	stopPort bool
	move     bool
	realArm  bool

	welcome client.Welcome
	holder  string // who has control; "" for nobody
}

func (b *benching) run() error {
	c := b.command
	var known bool
	if b.cfg.Request, known = load.ParseRequest(b.request); !known {
		return usagef(c, "--request is %q: it must be ping, state, check or command", b.request)
	}
	switch moves := b.cfg.Request == load.Command; {
	case !c.Flag("address").Changed: // what other commands fall back to is the daemon that moves an arm for somebody
		return usagef(c, "name the daemon to put under load, with --address: by itself bench loads neither the one on this machine nor that of AETHERD_ADDRESS")
	case moves && !b.move:
		return usagef(c, "--request command moves the arm: look whether it has room, and say --move")
	case b.move && !moves:
		return usagef(c, "--move goes with --request command; %s moves nothing", b.request)
	case b.stopPort && b.cfg.Request > load.State:
		return usagef(c, "the stop port takes ping and state only")
	}
	if err := b.with(c, b.prepare); err != nil {
		return err
	}
	if b.holder != "" {
		return &explained{b.holder + " has control: a load would get in its way", &client.Error{Code: client.ErrNotInControl, Holder: b.holder}, nil}
	}
	if err := b.cfg.Check(); err != nil {
		return usageError{c, err}
	}
	result, err := load.Run(c.Context(), b.cfg)
	if result.Latency == nil { // it did not come to that
		return err
	}
	if printing := b.print(c, b.text(&result), b.object(&result)); err == nil {
		err = printing
	}
	return err
}

// prepare asks the daemon what it is, and chooses the targets. Its connection is not a part of the load.
func (b *benching) prepare(ctx context.Context, arm *client.Client) error {
	b.welcome = arm.Welcome()
	b.cfg.Address = b.Address
	if b.stopPort {
		var err error
		if _, b.cfg.Address, err = b.Addresses(); err != nil {
			return err
		}
	}
	if d := b.welcome.Driver; b.cfg.Request == load.Command && d != "sim" && !b.realArm {
		return usagef(b.command, "the arm is no simulator (driver %s): a load test would move it; if it shall, say --real-arm", d)
	}
	state, err := arm.State(ctx)
	if err != nil {
		return err
	}
	if b.holder = state.Holder; b.holder != "" || b.cfg.Request < load.Check {
		return nil
	}
	if b.cfg.Request == load.Command {
		if _, err := arm.Move(ctx, state.Position, client.CheckOnly()); err != nil {
			return err // nobody could move it now
		}
	}
	b.cfg.Targets = circle(state.Position, b.welcome.Min, b.welcome.Max)
	b.cfg.Gripper = state.Gripper // so that it stays as it is
	return nil
}

const (
	radius = 10 // mm
	around = 64 // targets
)

// circle is targets around the arm in its workspace.
func circle(at, low, high safety.Point) (all []safety.Point) {
	inside := func(x, low, high float64) float64 {
		if high-low <= 2*radius {
			return (low + high) / 2
		}
		return min(max(x, low+radius), high-radius)
	}
	r := min(radius, (high.X-low.X)/2, (high.Y-low.Y)/2)
	middle := safety.Point{X: inside(at.X, low.X, high.X), Y: inside(at.Y, low.Y, high.Y), Z: min(max(at.Z, low.Z), high.Z)}
	for i := range around {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / around)
		all = append(all, middle.Add(safety.Point{X: r * cos, Y: r * sin}))
	}
	return all
}
