package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aether-arm/aetherd/safety"
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

// prober sends stops, and lets the arm move again after each.
type prober struct {
	arm                 *emulator // nil: the arm is simulated, and the stop's reply is timed
	moves               bool      // else others move the arm
	port, control, echo wire
	targets             int
}

func (p *prober) connect(port, control, echo string) (err error) {
	for _, c := range []struct {
		conn    *wire
		address string
	}{{&p.port, port}, {&p.control, control}, {&p.echo, echo}} {
		if *c.conn, err = dialWire(c.address); err != nil {
			return err
		}
	}
	return nil
}

func (p *prober) leave() {
	for _, conn := range []wire{p.port, p.control, p.echo} {
		if conn != 0 {
			_ = conn.Close()
		}
	}
}

// probe stops the arm n times and adds the medians to d.
func (p *prober) probe(n int, d *delays) error {
	var took, echo samples
	for range n {
		if err := p.release(); err != nil {
			return err
		}
		before, err := p.timeLine(p.echo)
		if err != nil {
			return err
		}
		t, err := p.timeStop()
		if err != nil {
			return err
		}
		after, err := p.timeLine(p.echo)
		if err != nil {
			return err
		}
		took, echo = append(took, t), append(echo, before, after)
	}
	d.took, d.echo, d.all = append(d.took, took.median()), append(d.echo, echo.median()), append(d.all, took...)
	return nil
}

// told is what this program reads of a reply.
type told struct {
	Status, Code string
	StopID       uint64 `json:"stop_id"`
	Position     safety.Point
}

func request(conn io.ReadWriter, line string) (t told, err error) {
	answer, err := ask(conn, []byte(line+"\n"))
	if err != nil {
		return t, err
	}
	if err := json.Unmarshal(answer, &t); err != nil {
		return t, fmt.Errorf("%s is answered %q: %w", line, answer, err)
	}
	return t, nil
}

// release ends the latest stop, and returns when the arm moves.
func (p *prober) release() error {
	for {
		s, err := request(p.control, stateLine)
		if err != nil {
			return err
		}
		if s.StopID == 0 {
			break // it boots so
		}
		t, err := request(p.control, fmt.Sprintf(`{"type":"reset","stop_id":%d}`, s.StopID))
		if err != nil {
			return err
		}
		if t.Code == "still_moving" {
			continue
		}
		if t.Status != "ok" {
			return fmt.Errorf("the stop %d is not reset: %s", s.StopID, t.Code)
		}
		break
	}
	if p.moves {
		t, err := request(p.control, string(appendCommand(nil, round[p.targets%len(round)])))
		if err != nil || t.Status != "ok" {
			return fmt.Errorf("the arm is not moved: %s %w", t.Code, err)
		}
		p.targets++
	}
	if p.arm != nil {
		return p.arm.moved()
	}
	return p.moved()
}

// moved waits until the arm is elsewhere.
func (p *prober) moved() error {
	first, err := request(p.control, stateLine)
	for now := first; err == nil && now.Position == first.Position; {
		now, err = request(p.control, stateLine)
	}
	return err
}

const stateLine = `{"type":"state"}`

var stopLine = []byte(`{"type":"stop"}` + "\n")

// timeStop returns how long a stop took, in µs.
func (p *prober) timeStop() (float64, error) {
	began := monotonic()
	answer, err := ask(p.port, stopLine)
	ended := monotonic()
	if err == nil && !bytes.HasPrefix(answer, []byte(`{"status":"ok"`)) {
		err = fmt.Errorf("a stop is answered %s", answer)
	}
	if err == nil && p.arm != nil {
		ended, err = p.arm.stopped(began)
	}
	return inMicros(ended - began), err
}

// timeLine returns how long any line took to its answer, in µs.
func (p *prober) timeLine(conn wire) (float64, error) {
	began := monotonic()
	_, err := ask(conn, stopLine)
	return inMicros(monotonic() - began), err
}

func inMicros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
