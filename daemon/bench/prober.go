package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

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

func request(conn io.ReadWriter, line []byte) (t told, err error) {
	answer, err := ask(conn, line)
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
		t, err := request(p.control, fmt.Appendf(nil, `{"type":"reset","stop_id":%d}`+"\n", s.StopID))
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
		t, err := request(p.control, appendCommand(nil, round[p.targets%len(round)]))
		if err != nil {
			return err
		}
		if t.Status != "ok" {
			return fmt.Errorf("the arm is not moved: %s", t.Code)
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
	late := time.Now().Add(patience)
	first, err := request(p.control, stateLine)
	for now := first; err == nil && now.Position == first.Position; {
		if time.Now().After(late) {
			return errors.New("the arm does not move")
		}
		now, err = request(p.control, stateLine)
	}
	return err
}

var (
	stateLine = []byte(`{"type":"state"}` + "\n")
	stopLine  = []byte(`{"type":"stop"}` + "\n")
)

// timeStop returns how long a stop took, in µs.
func (p *prober) timeStop() (float64, error) {
	began := time.Now()
	answer, err := ask(p.port, stopLine)
	ended := time.Now()
	if err == nil && !bytes.HasPrefix(answer, []byte(`{"status":"ok"`)) {
		err = fmt.Errorf("a stop is answered %s", answer)
	}
	if err == nil && p.arm != nil {
		ended, err = p.arm.stopped(began)
	}
	return inMicros(ended.Sub(began)), err
}

// timeLine returns how long any line took to its answer, in µs.
func (p *prober) timeLine(conn wire) (float64, error) {
	began := time.Now()
	_, err := ask(conn, stopLine)
	return inMicros(time.Since(began)), err
}

func inMicros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
