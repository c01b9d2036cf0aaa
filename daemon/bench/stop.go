package main

import (
	"context"
	"errors"
	"fmt"
)

// floods are what a stop has to get through. The first one is none.
var floods = []shape{{}, {64, 16}, {64, 512}}

func (s shape) flood() string {
	if s.stations == 0 {
		return "no load"
	}
	return "a flood of " + s.String()
}

// situation is where a stop is sent, and what it has to get through.
type situation struct {
	port  string
	flood shape
}

func (s situation) String() string {
	return fmt.Sprintf("stop on the %s port, %s", s.port, s.flood.flood())
}

var situations = []situation{
	{"stop", floods[0]}, {"stop", floods[1]}, {"stop", floods[2]},
	{"command", floods[0]}, {"command", floods[1]}, {"command", floods[2]},
}

// stopTargets are those of the medians.
var stopTargets = map[situation]struct{ reply, tty target }{
	{"stop", shape{64, 512}}:   {atMost(1.2), atMost(1.5)},
	{"command", shape{64, 16}}: {reply: atMost(2.5)},
}

// delays is what stops took in one situation.
type delays struct {
	took, echo samples // µs, medians of rounds
	all        samples // of every stop
}

// stop measures the way of a stop that meets an arm in motion, against the way to an idle echo and
// back at the same moment: to its reply, with the simulated arm, and to the tty of an arm that is
// emulated. The emulator takes processor time that no arm would take, at the moment of the stop;
// so the replies are measured without it.
func (b *bench) stop(ctx context.Context) (rows []row, err error) {
	arm, err := startEmulator(ctx, b)
	if err != nil {
		return nil, err
	}
	defer arm.end()
	all := &contestants{}
	defer all.end()
	simulated, emulated, echo := all.aetherd(ctx, b, ""), all.aetherd(ctx, b, arm.configuration()), all.server(ctx, "echo")
	if all.err != nil {
		return nil, all.err
	}
	ends := []struct {
		name   string
		daemon *contestant
		arm    *emulator // nil: the reply is measured
		shall  func(s situation) target
	}{
		{"reply", simulated, nil, func(s situation) target { return stopTargets[s].reply }},
		{"first byte at the tty", emulated, arm, func(s situation) target { return stopTargets[s].tty }},
	}
	rows, err = b.echoesFlooded(all.server(ctx, "echo"), echo)
	if err != nil {
		return nil, err
	}
	for _, end := range ends {
		measured := map[situation]*delays{}
		for range b.rounds {
			for _, s := range situations {
				if measured[s] == nil {
					measured[s] = &delays{}
				}
				if err := b.stopsIn(s, end.daemon, echo, end.arm, measured[s]); err != nil {
					return nil, fmt.Errorf("%v, %s: %w", s, end.name, err)
				}
			}
		}
		for _, s := range situations {
			d, what := measured[s], fmt.Sprintf("%v: %s", s, end.name)
			rows = append(rows,
				compare(what, "idle "+rawEcho, micros, d.took, d.echo, end.shall(s)),
				alone(fmt.Sprintf("%s, 99 of 100", what), micros, samples{d.all.quantile(0.99)}, target{}))
		}
	}
	return rows, nil
}

// echoesFlooded measures the way to a raw echo and back beside a flood of it: what a line waits for
// that shares its event loop with others, whatever is done with them.
func (b *bench) echoesFlooded(flooded, idle *contestant) (rows []row, err error) {
	if flooded == nil {
		return nil, errors.New("the second echo did not start")
	}
	for _, flood := range floods[1:] {
		d := &delays{}
		for range b.rounds {
			if err := b.echoesUnder(flood, flooded, idle, d); err != nil {
				return nil, err
			}
		}
		rows = append(rows, compare(fmt.Sprintf("(%s: a line to it, %s)", rawEcho, flood.flood()), "idle "+rawEcho, micros, d.took, d.echo, target{}))
	}
	return rows, nil
}

func (b *bench) echoesUnder(flood shape, flooded, idle *contestant, d *delays) (err error) {
	end, err := startFlood(flooded, flood)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	p := &prober{}
	defer p.leave()
	if err := p.connect(flooded.address, flooded.address, idle.address); err != nil {
		return err
	}
	var took, echo samples
	for range b.stops {
		busy, err1 := p.timeLine(p.port)
		alone, err2 := p.timeLine(p.echo)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		took, echo = append(took, busy), append(echo, alone)
	}
	d.took, d.echo = append(d.took, took.median()), append(d.echo, echo.median())
	return nil
}

// stopsIn measures a round of stops in a situation.
func (b *bench) stopsIn(s situation, daemon, echo *contestant, arm *emulator, d *delays) (err error) {
	if s.flood.stations > 0 {
		end, err := startFlood(daemon, s.flood)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, end()) }()
	}
	address := daemon.stop
	if s.port == "command" {
		address = daemon.address
	}
	p := &prober{arm: arm, moves: s.flood.stations == 0}
	defer p.leave()
	if err := p.connect(address, daemon.address, echo.address); err != nil {
		return err
	}
	return p.probe(b.stops, d)
}
