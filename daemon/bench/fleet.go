package main

import (
	"context"
	"fmt"
	"sync"
)

// fleetSize is how many daemons run beside each other, each with an arm of its own.
const fleetSize = 20

// fleet measures what one arm in motion costs, led by one station as a hand leads it: a site has
// one daemon for each arm.
func (b *bench) fleet(ctx context.Context) ([]row, error) {
	all := &contestants{}
	defer all.end()
	for range fleetSize {
		all.aetherd(ctx, b, "")
	}
	if all.err != nil {
		return nil, all.err
	}
	var cpu, memory samples
	for range b.rounds {
		used, err := b.leadAll(ctx, all.started)
		if err != nil {
			return nil, err
		}
		cpu = append(cpu, used)
	}
	for _, c := range all.started {
		bytes, err := residentMemory(c.pid())
		if err != nil {
			return nil, err
		}
		memory = append(memory, float64(bytes)/(1<<20))
	}
	return []row{
		alone(fmt.Sprintf("processor time of a daemon whose arm moves, of %d", fleetSize), "ms/s", cpu, target{}),
		alone(fmt.Sprintf("memory of a daemon whose arm moves, of %d", fleetSize), "MB", memory, target{}),
	}, nil
}

// leadAll leads every arm at once, and returns the ms of a processor that one took in a second.
func (b *bench) leadAll(ctx context.Context, daemons []*contestant) (float64, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*b.each)
	defer cancel()
	before, err := cpuTimes(daemons)
	if err != nil {
		return 0, err
	}
	failed := make(chan error, len(daemons))
	var stations sync.WaitGroup
	for _, c := range daemons {
		stations.Go(func() { failed <- lead(ctx, c.address) })
	}
	stations.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return 0, err
		}
	}
	after, err := cpuTimes(daemons)
	return (after - before) * 1000 / (2 * b.each).Seconds() / float64(len(daemons)), err
}

// cpuTimes returns the seconds that all have used.
func cpuTimes(daemons []*contestant) (seconds float64, err error) {
	for _, c := range daemons {
		used, err := cpuTime(c.pid())
		if err != nil {
			return 0, err
		}
		seconds += used.Seconds()
	}
	return seconds, nil
}
