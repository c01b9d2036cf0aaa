package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
)

const kilobytes = "KB"

// beside is the load that is measured with and without a crowd.
var beside = shape{64, 16}

// crowded measures what thousands of stations cost that are connected and say nothing: the memory
// of each, and what a command of others costs beside them.
func (b *bench) crowded(ctx context.Context) ([]row, error) {
	n, err := room(b.crowd)
	if err != nil {
		return nil, err
	}
	var ours, theirs samples
	for range b.rounds {
		for name, memory := range map[string]*samples{"": &ours, "echo": &theirs} {
			if err := b.weigh(ctx, name, n, memory); err != nil {
				return nil, err
			}
		}
	}
	full, alone, err := b.besideCrowd(ctx, n)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("with %d idle stations", n)
	return []row{
		weight(n, ours, theirs),
		compare("processor time a command, "+beside.String()+", "+what, "none", micros, full.cpu, alone.cpu, atMost(1.05)),
		compare("commands, "+beside.String()+", "+what, "none", perSecond, full.perSecond, alone.perSecond, target{}),
	}, nil
}

// weight is the row of the memory of one idle station, whose target is no ratio.
func weight(n int, ours, theirs samples) row {
	shall := atMost(1.5)
	r := compare(fmt.Sprintf("memory of an idle station, of %d", n), rawEcho, kilobytes, ours, theirs, target{})
	r.Target, r.Met = shall.String()+" "+kilobytes, shall.met(r.Ours)
	return r
}

// room returns how many idle stations of n the limit of descriptors lets a daemon have: it wants
// two for each, as it has two ports.
func room(n int) (int, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	const others = 300 // the daemon's own, and the stations of the load
	return min(n, (int(limit.Max)-others)/2-beside.stations), nil
}

func maxStations(n int) string {
	return fmt.Sprintf("server.max_stations = %d\n", n+beside.stations)
}

// weigh adds to memory what each of n idle stations costs a fresh server.
func (b *bench) weigh(ctx context.Context, name string, n int, memory *samples) error {
	all := &contestants{}
	defer all.end()
	var c *contestant
	if name == "" {
		c = all.aetherd(ctx, b, maxStations(n))
	} else {
		c = all.server(ctx, name)
	}
	if all.err != nil {
		return all.err
	}
	before, err := residentMemory(c.pid())
	if err != nil {
		return err
	}
	crowd, err := gather(c, n)
	defer crowd.leave()
	if err != nil {
		return err
	}
	after, err := residentMemory(c.pid())
	*memory = append(*memory, float64(after-before)/1024/float64(n))
	return err
}

// besideCrowd puts two daemons under the same load in turn, one of them with n idle stations.
func (b *bench) besideCrowd(ctx context.Context, n int) (full, alone cost, err error) {
	all := &contestants{}
	defer all.end()
	crowded, empty := all.aetherd(ctx, b, maxStations(n)), all.aetherd(ctx, b, "")
	if all.err != nil {
		return full, alone, all.err
	}
	crowd, err := gather(crowded, n)
	defer crowd.leave()
	// The two differ by less than two rounds of the same do, so there are more and shorter rounds.
	for range 3 * b.rounds {
		if err == nil {
			err = errors.Join(full.add(ctx, crowded, beside, b.each/2), alone.add(ctx, empty, beside, b.each/2))
		}
	}
	return full, alone, err
}

// idlers are connections that say nothing.
type idlers []net.Conn

// gather connects n of them, and returns when the server has accepted all: it answers the last.
func gather(c *contestant, n int) (all idlers, err error) {
	for range n {
		conn, err := net.Dial("tcp", c.address)
		if err != nil {
			return all, fmt.Errorf("idle station %d: %w", len(all)+1, err)
		}
		all = append(all, conn)
	}
	// Each event loop accepts for itself, in the order of arrival.
	for _, conn := range all[max(0, n-64):] {
		if _, err := ask(conn, pingLine); err != nil {
			return all, err
		}
	}
	return all, nil
}

func (all idlers) leave() {
	for _, conn := range all {
		_ = conn.Close()
	}
}
