package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/client/load"
	"github.com/aether-arm/aetherd/safety"
)

// shape is a load: how many stations, with how many requests in flight each.
type shape struct{ stations, depth int }

func (s shape) String() string { return fmt.Sprintf("%d×%d", s.stations, s.depth) }

// target is where every command sends the arm: where the simulated arm stands.
var target = []safety.Point{{X: 200, Y: 0, Z: 150}}

// run is what one contestant did in one round.
type run struct {
	perSecond float64
	cpu       time.Duration // of the server, a command
}

// drive puts c under a load of commands of the base exchange.
func drive(ctx context.Context, c *contestant, s shape, d time.Duration) (run, error) {
	before, err := cpuTime(c.cmd.Process.Pid)
	if err != nil {
		return run{}, err
	}
	r, err := load.Run(ctx, load.Config{
		Address: c.address, Stations: s.stations, Depth: s.depth, Duration: d, Warmup: d / 5,
		Request: load.Command, Targets: target, Gripper: safety.GripperOpen, Peer: c.peer,
	})
	if err != nil {
		return run{}, fmt.Errorf("%s under %v: %w", c.name, s, err)
	}
	after, err := cpuTime(c.cmd.Process.Pid)
	if err != nil {
		return run{}, err
	}
	if good := r.Codes["ok"]; good != r.Answered {
		return run{}, fmt.Errorf("%s under %v: of %d replies %d are ok: %v", c.name, s, r.Answered, good, r.Codes)
	}
	return run{
		perSecond: r.PerSecond(),
		cpu:       time.Duration(float64(after-before) / float64(max(r.Total, 1))),
	}, nil
}
