package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// gripTime is how long the gripper takes.
const gripTime = 200 * time.Millisecond

var (
	errClosed    = errors.New("sim: not open")
	errUnplugged = errors.New("sim: unplugged")
)

// Sim is a simulated arm. It implements arm.Driver.
type Sim struct {
	cfg      Config
	feedback arm.Feedback // nil: not open
	epoch    time.Time    // when the writer's clock was 0
	servo    servo
	outside  bool           // the last setpoint was out of reach
	grip     safety.Gripper // under way
	gripped  safety.Instant // when it will have been carried out
	report   report
	faults   faults
}

// New returns a simulated arm. Open fails if cfg is not valid.
func New(cfg Config) *Sim {
	return &Sim{cfg: cfg, servo: standingAt(cfg.start())}
}

func (s *Sim) Capabilities() arm.Capabilities {
	return arm.Capabilities{
		Driver:     "sim",
		Horizon:    s.cfg.horizon(),
		Measured:   true,
		Gripper:    safety.OpeningGripper,
		Relaxes:    true,
		StopEffect: arm.StopConfirmed,
	}
}

func (s *Sim) Open(ctx context.Context, f arm.Feedback) (arm.Opened, error) {
	if err := errors.Join(ctx.Err(), s.cfg.Validate(), s.faults.outage()); err != nil {
		return arm.Opened{}, err
	}
	if !s.epoch.IsZero() {
		s.servo = s.servo.at(time.Since(s.epoch))
	}
	s.feedback = f
	s.outside, s.grip = false, safety.GripperUnchanged
	s.faults = faults{began: arm.Never}
	s.report = report{settled: s.servo.standing(), promised: arm.Never}
	s.wake()
	return arm.Opened{
		Position: s.servo.position,
		MaxSpeed: speedWithin(s.cfg.horizon()),
		Firmware: "aetherd simulated arm",
	}, nil
}

func (s *Sim) Accepts(now safety.Instant, sp safety.Setpoint) (part float64) {
	if s.faults.stalled { // it goes nowhere
		return 1
	}
	if s.servo.sentTo(now, sp.Position).at(now + s.cfg.horizon()).standing() {
		return 1
	}
	return 0
}

func (s *Sim) Move(now safety.Instant, sp safety.Setpoint) error {
	now, err := s.write(now)
	if err != nil {
		return err
	}
	if reached, axis := Reach().Contains(sp.Position); !reached {
		s.refuse(sp.Position, axis)
		return nil
	}
	s.outside = false
	s.faults.began = min(s.faults.began, now)
	if !s.faults.stalled {
		s.servo = s.servo.sentTo(now, sp.Position)
	}
	s.report.moved(now)
	s.wake()
	return nil
}

// refuse says once for a row of setpoints that they are out of reach. The arm holds.
func (s *Sim) refuse(p safety.Point, axis string) {
	if !s.outside {
		s.outside = true
		s.feedback.Alarm(fmt.Sprintf("setpoint %.1f, %.1f, %.1f is out of reach in %s", p.X, p.Y, p.Z, axis), false)
	}
}

func (s *Sim) Grip(now safety.Instant, g safety.Gripper) error {
	now, err := s.write(now)
	if err != nil {
		return err
	}
	s.grip, s.gripped = g, now+gripTime
	s.wake()
	return nil
}

func (s *Sim) Stop(now safety.Instant) error {
	now, err := s.write(now)
	if err != nil {
		return err
	}
	s.grip = safety.GripperUnchanged
	s.report.stopped(now)
	s.wake()
	return nil
}

func (s *Sim) Rearm(now safety.Instant) error { return s.enter(now) }

// Relax is taken, and the simulated arm stays where it is: it has no weight.
func (s *Sim) Relax(now safety.Instant) error { return s.enter(now) }

func (s *Sim) Service(now safety.Instant) (safety.Instant, error) {
	if err := s.enter(now); err != nil {
		return arm.Never, err
	}
	s.reportAt(now)
	s.report.promised = s.due()
	return s.report.promised, nil
}

func (s *Sim) Close() error {
	s.feedback = nil
	return nil
}

// write is what sending a frame to a controller would be. It returns when the frame has
// arrived.
func (s *Sim) write(now safety.Instant) (arrived safety.Instant, err error) {
	delay := milliseconds(s.cfg.WriteDelayMS)
	time.Sleep(delay)
	return now + delay, s.enter(now + delay)
}

// enter lets happen what has happened by now.
func (s *Sim) enter(now safety.Instant) error {
	if s.feedback == nil {
		return errClosed
	}
	s.epoch = time.Now().Add(-now)
	s.stall(now)
	s.disconnect(now)
	return s.faults.lost
}

// Reaches implements arm.Reacher.
func (s *Sim) Reaches(p safety.Point) error {
	if reached, axis := Reach().Contains(p); !reached {
		return fmt.Errorf("%s is out of the simulated arm's reach", axis)
	}
	return nil
}
