package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ticks measures how late the daemon takes its setpoints, a hundred a second, while the arm moves:
// as one station leads it, and under floods. Quantiles are the upper bounds of the buckets of the
// daemon's own histogram.
func (b *bench) ticks(ctx context.Context) (rows []row, err error) {
	all := &contestants{}
	defer all.end()
	daemon := all.aetherd(ctx, b, "")
	if all.err != nil {
		return nil, all.err
	}
	quantiles := []struct {
		name  string
		share float64
	}{{"p50", 0.5}, {"p99", 0.99}, {"slowest", 1}}
	for _, flood := range floods {
		late := make([]samples, len(quantiles))
		for range b.rounds {
			h, err := b.lateness(ctx, daemon, flood)
			if err != nil {
				return nil, err
			}
			for i, q := range quantiles {
				late[i] = append(late[i], 1e6*h.quantile(q.share))
			}
		}
		for i, q := range quantiles {
			rows = append(rows, alone(fmt.Sprintf("lateness of a setpoint, %s: %s, at most", flood.flood(), q.name), micros, late[i], target{}))
		}
	}
	return rows, nil
}

// lateness is that of a round.
func (b *bench) lateness(ctx context.Context, daemon *contestant, flood shape) (h histogram, err error) {
	move := lead
	if flood.stations > 0 {
		move = func(ctx context.Context, address string) error {
			end, err := startFlood(daemon, flood)
			if err != nil {
				return err
			}
			<-ctx.Done()
			return end()
		}
	}
	before, err := scrape(daemon.ops)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*b.each)
	defer cancel()
	if err := move(ctx, daemon.address); err != nil {
		return nil, err
	}
	after, err := scrape(daemon.ops)
	if err != nil {
		return nil, err
	}
	if h, err = after.histogram("aetherd_tick_lateness_seconds", before); err != nil {
		return nil, err
	}
	if h.total() == 0 {
		return nil, fmt.Errorf("the arm did not move, %s", flood.flood())
	}
	return h, nil
}

// frames is how often a hand is seen.
const frames = time.Second / 30

// lead moves the arm round until ctx ends.
func lead(ctx context.Context, address string) error {
	conn, err := dialWire(address)
	if err != nil {
		return err
	}
	defer conn.Close()
	ticker := time.NewTicker(frames)
	defer ticker.Stop()
	for i := 0; ; i++ {
		t, err := request(conn, appendCommand(nil, round[i/15%len(round)]))
		if err != nil {
			return err
		}
		if t.Status != "ok" {
			return errors.New(t.Code)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}
