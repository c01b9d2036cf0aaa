package main

import (
	"context"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/client/load"
	"github.com/aether-arm/aetherd/safety"
)

// Units.
const (
	perSecond = "/s"
	micros    = "µs"
)

// shape is a load: how many stations, with how many requests in flight each.
type shape struct{ stations, depth int }

func (s shape) String() string { return fmt.Sprintf("%d×%d", s.stations, s.depth) }

// loads are the shapes that are measured, with the targets of their ratios.
var loads = []struct {
	shape
	throughput, cpu, asyncio target
}{
	{shape: shape{1, 1}},
	{shape: shape{64, 1}, throughput: atLeast(0.92)},
	{shape: shape{64, 16}, throughput: atLeast(0.85), cpu: atMost(1.4), asyncio: atLeast(7)},
	{shape: shape{1000, 1}, throughput: atLeast(0.92)},
}

// otherRounds is how many rounds there are to one of the servers other than the raw echo: those
// are far away, and nothing is decided by a few percent.
const otherRounds = 3

// throughput measures commands a second, and what one costs the server's processors, under
// every load.
func (b *bench) throughput(ctx context.Context) (rows []row, err error) {
	all := &contestants{}
	defer all.end()
	ours := all.aetherd(ctx, b, "")
	echo := all.server(ctx, "echo")
	others := []*contestant{all.server(ctx, "json"), all.python(ctx, "asyncio"), all.python(ctx, "selectors")}
	if all.err != nil {
		return nil, all.err
	}
	for _, l := range loads {
		measured := map[*contestant]*cost{}
		for _, c := range all.started {
			measured[c] = &cost{}
		}
		for i := range b.rounds {
			for _, c := range all.started {
				if c != ours && c != echo && i%otherRounds != 0 {
					continue
				}
				if err := measured[c].add(ctx, c, l.shape, b.each); err != nil {
					return nil, err
				}
			}
		}
		what := "commands, " + l.String()
		rows = append(rows,
			compare(what, echo.name, perSecond, measured[ours].perSecond, measured[echo].perSecond, l.throughput),
			compare("processor time a command, "+l.String(), echo.name, micros, measured[ours].cpu, measured[echo].cpu, l.cpu))
		for _, c := range others {
			shall := target{}
			if c.name == asyncio {
				shall = l.asyncio
			}
			rows = append(rows, compare(what, c.name, perSecond, measured[ours].perSecond.every(otherRounds), measured[c].perSecond, shall))
		}
		if l.shape == beside {
			// Those of connecting and of two scrapes are among them, and none of a command.
			rows = append(rows, alone("allocations a command, "+l.String(), "", measured[ours].allocations, atMost(0.01)))
		}
	}
	return rows, nil
}

// cost is what a load came to, in every round.
type cost struct {
	perSecond   samples
	cpu         samples // µs of the server's processors, a command
	allocations samples // a command, of aetherd
}

// round is where the stations send the arm, in turn. Three targets: with two or four, every batch
// of sixteen commands would end with the same one, and the arm would stand there.
var round = []safety.Point{{X: 250, Y: -100, Z: 100}, {X: 250, Y: 100, Z: 100}, {X: 150, Y: 0, Z: 200}}

// add puts c under a load of commands of the base exchange.
func (m *cost) add(ctx context.Context, c *contestant, s shape, d time.Duration) error {
	before, err := c.used()
	if err != nil {
		return err
	}
	r, err := load.Run(ctx, load.Config{
		Address: c.address, Stations: s.stations, Depth: s.depth, Duration: d, Warmup: d / 5,
		Request: load.Command, Targets: round, Gripper: safety.GripperOpen, Peer: c.peer,
	})
	if err != nil {
		return fmt.Errorf("%s under %v: %w", c.name, s, err)
	}
	after, err := c.used()
	if err != nil {
		return err
	}
	if good := r.Codes["ok"]; good != r.Answered {
		return fmt.Errorf("%s under %v: of %d replies %d are ok: %v", c.name, s, r.Answered, good, r.Codes)
	}
	commands := float64(max(r.Total, 1))
	m.perSecond = append(m.perSecond, r.PerSecond())
	m.cpu = append(m.cpu, float64((after.cpu-before.cpu).Microseconds())/commands)
	m.allocations = append(m.allocations, (after.allocations-before.allocations)/commands)
	return nil
}

// usage is what a contestant has used since it began.
type usage struct {
	cpu         time.Duration
	allocations float64 // of aetherd
}

func (c *contestant) used() (u usage, err error) {
	if u.cpu, err = cpuTime(c.pid()); err != nil || c.ops == "" {
		return u, err
	}
	m, err := scrape(c.ops)
	if err != nil {
		return u, err
	}
	u.allocations, err = m.value("go_memstats_mallocs_total")
	return u, err
}
