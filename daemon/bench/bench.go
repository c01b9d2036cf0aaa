package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// bench is one measurement of everything.
type bench struct {
	loads  []goal
	rounds int
	each   time.Duration

	aetherd, echo, json, asyncio, selectors *contestant
}

// goal is a load, with what aetherd has to keep of the echo's throughput, what a command may
// cost of the echo's processor time, and how much more it has to do than Python's asyncio; 0:
// told for comparison.
type goal struct {
	shape
	throughput, cpu, asyncio float64
}

var goals = []goal{
	{shape{1, 1}, 0, 0, 0},
	{shape{64, 1}, 0.92, 0, 0},
	{shape{64, 16}, 0.85, 1.4, 7},
	{shape{1000, 1}, 0.92, 0, 0},
}

func (b *bench) run(ctx context.Context) ([]row, error) {
	dir, err := os.MkdirTemp("", "aetherd-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := b.start(ctx, dir); err != nil {
		return nil, err
	}
	defer b.end()
	var rows []row
	for _, s := range b.loads {
		fmt.Fprintln(os.Stderr, "bench:", s.shape)
		all, err := b.throughput(ctx, s.shape)
		if err != nil {
			return nil, err
		}
		ours, echo := all[b.aetherd], all[b.echo]
		what := "commands a second, " + s.String()
		rows = append(rows,
			compare(what, "raw gnet echo", "/s", ours.perSecond, echo.perSecond, s.throughput, true),
			compare("processor time a command, "+s.String(), "raw gnet echo", "µs", ours.cpu, echo.cpu, s.cpu, false),
			compare(what, "net and encoding/json", "/s", ours.perSecond, all[b.json].perSecond, 0, true))
		rows = append(rows,
			compare(what, "Python asyncio", "/s", ours.perSecond, all[b.asyncio].perSecond, s.asyncio, true),
			compare(what, "Python selectors", "/s", ours.perSecond, all[b.selectors].perSecond, 0, true))
	}
	return rows, nil
}

func (b *bench) start(ctx context.Context, dir string) (err error) {
	path, err := build(ctx, dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			b.end()
		}
	}()
	if b.aetherd, err = startAetherd(ctx, path, dir); err != nil {
		return err
	}
	if b.echo, err = startServer(ctx, "echo"); err != nil {
		return err
	}
	if b.json, err = startServer(ctx, "json"); err != nil {
		return err
	}
	if b.asyncio, err = startPython(ctx, "asyncio"); err != nil {
		return err
	}
	b.selectors, err = startPython(ctx, "selectors")
	return err
}

func (b *bench) contestants() []*contestant {
	return []*contestant{b.aetherd, b.echo, b.json, b.asyncio, b.selectors}
}

func (b *bench) end() {
	for _, c := range b.contestants() {
		if c != nil && c.cmd != nil && c.cmd.Process != nil {
			c.end()
		}
	}
}

// measured is what one contestant did in every round.
type measured struct{ perSecond, cpu samples }

// throughput has every contestant run once a round.
func (b *bench) throughput(ctx context.Context, s shape) (map[*contestant]*measured, error) {
	all := map[*contestant]*measured{}
	for range b.rounds {
		for _, c := range b.contestants() {
			r, err := drive(ctx, c, s, b.each)
			if err != nil {
				return nil, err
			}
			m := all[c]
			if m == nil {
				m = &measured{}
				all[c] = m
			}
			m.perSecond = append(m.perSecond, r.perSecond)
			m.cpu = append(m.cpu, float64(r.cpu)/float64(time.Microsecond))
		}
	}
	return all, nil
}
