package feetech

import (
	"sync"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/safety"
)

// Feetech drives an arm of STS or SMS servos. It is an arm.Driver and an arm.Reacher.
//
// The session decides; this is the shell around it: a mutex between the writer and the
// link's reader, held for arithmetic only, and the link and the feedback outside of it.
type Feetech struct {
	cfg      Config
	openPort arm.Opener
	bus      *Bus          // of the writer; nil: not open
	changed  chan struct{} // a cycle is complete, while opening

	mu       sync.Mutex
	session  *session
	feedback arm.Feedback // nil while opening
}

var (
	_ arm.Driver  = (*Feetech)(nil)
	_ arm.Reacher = (*Feetech)(nil)
)

// New returns a driver that opens its port with open. Open reports what is wrong with cfg.
func New(cfg Config, open arm.Opener) *Feetech {
	return &Feetech{cfg: cfg, openPort: open}
}

// Capabilities says what this arm can do.
func (d *Feetech) Capabilities() arm.Capabilities {
	c := arm.Capabilities{
		Driver:     "feetech",
		Horizon:    d.cfg.Horizon,
		Measured:   true,
		HostIK:     true,
		Relaxes:    true,
		Unlocks:    true,
		StopEffect: arm.StopConfirmed,
		Joints:     kinematics.Names(),
	}
	if d.cfg.Claw != nil {
		c.Gripper = safety.OpeningGripper
	}
	return c
}

// Reaches implements arm.Reacher.
func (d *Feetech) Reaches(p safety.Point) error { return d.cfg.Arm.Reaches(p) }

// Accepts returns how much of the step the joints can turn within a tick, or 0 if the arm would
// then come to rest after the horizon.
func (d *Feetech) Accepts(now safety.Instant, sp safety.Setpoint) (part float64) {
	if d.bus == nil {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.session.accepts(now, sp)
}

// Move sends every servo its goal, or keeps it for when the answers that are under way have come.
func (d *Feetech) Move(now safety.Instant, sp safety.Setpoint) error {
	return d.do(func(s *session) ([]byte, error) { return s.move(now, sp) })
}

// Grip sends the claw to an opening.
func (d *Feetech) Grip(now safety.Instant, g safety.Gripper) error {
	return d.do(func(s *session) ([]byte, error) { return s.gripNow(now, g), s.dead })
}

// Stop sends again what the servos were told last. Standstill is confirmed later, by what they
// answer.
func (d *Feetech) Stop(now safety.Instant) error {
	return d.do(func(s *session) ([]byte, error) { return s.stopNow(now), s.dead })
}

// Rearm begins to put every goal to where its servo is, and to switch motors on, if the arm is
// limp or something was wrong.
func (d *Feetech) Rearm(now safety.Instant) error {
	return d.do(func(s *session) ([]byte, error) {
		s.rearmNow(now)
		return nil, s.dead
	})
}

// Relax switches the joints' motors off.
func (d *Feetech) Relax(now safety.Instant) error {
	return d.do(func(s *session) ([]byte, error) { return s.relaxNow(now), s.dead })
}

// Service sends what is due, and reports servos that do not answer as an error if none does.
func (d *Feetech) Service(now safety.Instant) (next safety.Instant, err error) {
	next = arm.Never
	err = d.do(func(s *session) (frame []byte, err error) {
		frame, next, err = s.service(now)
		return frame, err
	})
	return next, err
}

// Close ends the reader and closes the port. The servos hold the goals they have.
func (d *Feetech) Close() error {
	if d.bus == nil {
		return nil
	}
	err := d.bus.Close()
	d.bus = nil
	return err
}

// do runs f on the session, writes its frame, and tells what it had to say. Only the writer's
// calls make events, so their slice is read here without the mutex.
func (d *Feetech) do(f func(*session) ([]byte, error)) error {
	if d.bus == nil {
		return arm.ErrClosed
	}
	frame, events, err := d.decide(f)
	if len(frame) > 0 {
		if failed := d.bus.link.Write(frame); err == nil {
			err = failed
		}
	}
	for _, e := range events {
		e.tell(d.feedback)
	}
	return err
}

// decide runs f on the session. The mutex comes free even where f panics: whoever recovers
// that still has to stop the arm.
func (d *Feetech) decide(f func(*session) ([]byte, error)) (frame []byte, events []event, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	frame, err = f(d.session)
	return frame, d.session.takeEvents(), err
}

// receive is called by the link's reader.
func (d *Feetech) receive(b []byte) {
	if feedback, complete := d.heard(b); !complete {
		return
	} else if feedback != nil {
		feedback.Wake()
		return
	}
	d.wakeOpen()
}

func (d *Feetech) heard(b []byte) (f arm.Feedback, complete bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.feedback, d.session.receive(b)
}

// lost is called by the link's reader, last.
func (d *Feetech) lost(err error) {
	d.mu.Lock()
	if d.session.dead == nil {
		d.session.dead = err
	}
	feedback := d.feedback
	d.mu.Unlock()
	if feedback != nil {
		feedback.Lost(err)
		return
	}
	d.wakeOpen()
}

func (d *Feetech) wakeOpen() {
	select {
	case d.changed <- struct{}{}:
	default:
	}
}
