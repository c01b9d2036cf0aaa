package feetech

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

const (
	openWait = 5 * time.Second
	// openTries is how often a servo is asked what it is: for half a second.
	openTries = 20
	// openCycles are looked at behind the one that shows the motors on: what is wrong is told
	// after two.
	openCycles = 2
)

// Open finds every servo, puts its goal to where it is, and then switches its motor on. A servo
// that stands and holds keeps its goal; one that still moves is stopped.
func (d *Feetech) Open(ctx context.Context, f arm.Feedback) (arm.Opened, error) {
	if err := d.cfg.Validate(); err != nil {
		return arm.Opened{}, fmt.Errorf("feetech: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()

	bus, err := OpenBus(d.openPort)
	if err != nil {
		return arm.Opened{}, fmt.Errorf("feetech: %w", err)
	}
	opened, err := d.openOn(ctx, bus, f)
	if err != nil {
		_ = bus.Close()
		return arm.Opened{}, fmt.Errorf("feetech: %w", err)
	}
	d.bus = bus
	return opened, nil
}

func (d *Feetech) openOn(ctx context.Context, bus *Bus, f arm.Feedback) (arm.Opened, error) {
	firmware, err := d.identify(ctx, bus)
	if err != nil {
		return arm.Opened{}, err
	}
	if err := bus.checkLatency(ctx, d.ids()); err != nil {
		return arm.Opened{}, err
	}
	d.mu.Lock()
	d.session, d.feedback = newSession(d.cfg), nil
	d.changed = make(chan struct{}, 1)
	d.session.beginRearm(0)
	d.mu.Unlock()
	bus.divert(&listener{receive: d.receive, lost: d.lost})

	alarms, err := d.prepare(ctx, bus)
	if err != nil {
		return arm.Opened{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.session.dead != nil {
		return arm.Opened{}, d.session.dead
	}
	d.feedback = f
	d.session.restartClock()
	return arm.Opened{
		Position: d.session.position,
		Joints:   d.session.angles(),
		Firmware: firmware,
		Alarm:    strings.Join(alarms, "; "),
	}, nil
}

func (d *Feetech) ids() (ids []byte) {
	for _, servo := range newSlots(d.cfg) {
		ids = append(ids, servo.id)
	}
	return ids
}

// identify asks every servo what it is.
func (d *Feetech) identify(ctx context.Context, bus *Bus) (string, error) {
	var names []string
	for _, servo := range newSlots(d.cfg) {
		is, err := bus.find(ctx, int(servo.id))
		if err != nil {
			return "", fmt.Errorf("%s: %w", servo.name, err)
		}
		names = append(names, fmt.Sprintf("%s %s %s", servo.name, ModelName(is.Model), is.Firmware))
	}
	return strings.Join(names, ", "), nil
}

// Check returns why the driver would refuse a servo, nil if it can be driven: it answers, has
// the model's counts and registers, and is in the mode of position.
func (b *Bus) Check(ctx context.Context, id int) error {
	_, err := b.find(ctx, id)
	return err
}

// find asks one servo what it is, several times if it must, and refuses one that cannot be driven.
func (b *Bus) find(ctx context.Context, id int) (is Servo, err error) {
	var mode packet
	for range openTries {
		if err = b.Ping(ctx, id); err == nil {
			is, err = b.Read(ctx, id)
		}
		if err == nil {
			mode, err = b.read(ctx, id, regMode, 1)
		}
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	switch {
	case errors.Is(err, ErrNoAnswer):
		return is, fmt.Errorf("%w: check its supply, its cable and its id", err)
	case err != nil:
		return is, err
	case !drivable(is.Model):
		return is, fmt.Errorf("servo %d is a %s: it takes an STS or SMS servo with %d counts a turn", id, ModelName(is.Model), CountsPerTurn)
	case mode.params()[0] != 0:
		return is, fmt.Errorf("servo %d is in mode %d: set register %d to 0, position", id, mode.params()[0], regMode)
	}
	return is, nil
}

// prepare makes the servos ready, and returns what is wrong with them. Its clock begins at 0.
func (d *Feetech) prepare(ctx context.Context, bus *Bus) (alarms []string, err error) {
	began := time.Now()
	due := time.NewTimer(0)
	defer due.Stop()
	for ready := 0; ; {
		var next safety.Instant
		over := false
		frame, events, err := d.decide(func(s *session) (frame []byte, err error) {
			frame, next, err = s.service(time.Since(began))
			if s.rearm != rearmNone {
				ready = s.cycles + openCycles
			}
			over = s.rearm == rearmNone && (s.failed != nil || s.cycles >= ready && !s.asked)
			return frame, errors.Join(err, s.failed)
		})
		if errors.Is(err, errSilent) {
			return nil, fmt.Errorf("%w, but to a question of its own each does: its firmware has no sync read, and is too old", err)
		}
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if e.kind == evAlarm {
				alarms = append(alarms, e.text)
			}
		}
		if len(frame) > 0 {
			if err := bus.link.Write(frame); err != nil {
				return nil, err
			}
		}
		if over {
			return alarms, nil
		}
		due.Reset(next - time.Since(began))
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-d.changed:
		case <-due.C:
		}
	}
}

// restartClock forgets every moment: the writer's clock is another one.
func (s *session) restartClock() {
	s.readAt, s.lastSet = 0, 0
	for i := range s.slots {
		servo := &s.slots[i]
		servo.stillSince, servo.strayed, servo.seen = 0, 0, 0
		servo.follow, servo.loadSince = following{}, unloaded
	}
}
