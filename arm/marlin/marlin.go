package marlin

import (
	"errors"
	"sync"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// Marlin drives one arm whose controller runs Marlin. It is an arm.Driver.
//
// The session decides; this is the shell around it: a mutex between the writer and the
// link's reader, held for arithmetic only, and the link and the feedback outside of it.
type Marlin struct {
	cfg      Config
	openPort arm.Opener
	link     *arm.Link     // of the writer
	changed  chan struct{} // something came in while opening

	mu       sync.Mutex
	listens  bool // what comes in counts
	splitter splitter
	session  *session
	feedback arm.Feedback // nil while opening
}

var _ arm.Driver = (*Marlin)(nil)

// New returns a driver that opens its port with open. Open reports what is wrong with cfg.
func New(cfg Config, open arm.Opener) *Marlin {
	return &Marlin{cfg: cfg, openPort: open}
}

// Capabilities says what a Marlin arm can do.
func (m *Marlin) Capabilities() arm.Capabilities {
	return arm.Capabilities{
		Driver:      "marlin",
		Horizon:     m.cfg.Horizon,
		Measured:    m.cfg.RealtimePosition,
		StopsItself: true,
		GripAtRest:  true,
		Gripper:     m.cfg.gripper(),
		StopEffect:  arm.StopConfirmed,
	}
}

// Accepts takes all of sp if the arm would still come to rest within the horizon after it,
// and else nothing. It takes nothing while the arm is located or the gripper told, while two
// lines are un-acknowledged, and from a Stop to the next Rearm. It tells nothing: that is for
// the calls that the gate's lock is not held for.
func (m *Marlin) Accepts(now safety.Instant, sp safety.Setpoint) (part float64) {
	if m.link == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.session.accepts(now, sp) {
		return 1
	}
	return 0
}

// Move sends one G1.
func (m *Marlin) Move(now safety.Instant, sp safety.Setpoint) error {
	return m.do(func(s *session) ([]byte, error) { return s.move(now, sp) })
}

// Grip keeps the gripper's line until the arm stands.
func (m *Marlin) Grip(now safety.Instant, grip safety.Gripper) error {
	return m.do(func(s *session) ([]byte, error) { return s.gripNow(now, grip), s.dead })
}

// Stop lets the planner run out, which ends with its own ramp, and asks to be told when it
// has. An arm that moves on gets M410 from Service.
func (m *Marlin) Stop(now safety.Instant) error {
	return m.do(func(s *session) ([]byte, error) { return s.stopNow(now), s.dead })
}

// Rearm lets motion through again. A controller that has halted stays locked.
func (m *Marlin) Rearm(now safety.Instant) error {
	return m.do(func(s *session) ([]byte, error) { return s.rearmNow(now), s.dead })
}

// Relax is not done: the motors have no encoders, and after M84 nobody knows where a hand has
// put the arm.
func (m *Marlin) Relax(safety.Instant) error { return errors.ErrUnsupported }

// Service sends what is due, and reports a controller that does not answer as an error.
func (m *Marlin) Service(now safety.Instant) (next safety.Instant, err error) {
	next = arm.Never
	err = m.do(func(s *session) (frame []byte, err error) {
		frame, next, err = s.service(now)
		return frame, err
	})
	return next, err
}

// Close ends the reader and closes the port. The controller ends what it was sent.
func (m *Marlin) Close() error {
	if m.link == nil {
		return nil
	}
	err := m.link.Close()
	m.link = nil
	return err
}

// do runs f on the session, writes its frame, and tells what it had to say. A frame goes out
// even where f fails.
func (m *Marlin) do(f func(*session) ([]byte, error)) error {
	if m.link == nil {
		return arm.ErrClosed
	}
	frame, events, err := m.decide(f)
	if len(frame) > 0 {
		if failed := m.link.Write(frame); err == nil {
			err = failed
		}
	}
	for _, tell := range events {
		tell(m.feedback)
	}
	return err
}

// decide runs f on the session. The mutex comes free even where f panics: whoever recovers
// that still has to stop the arm.
func (m *Marlin) decide(f func(*session) ([]byte, error)) (frame []byte, events []event, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	frame, err = f(m.session)
	return frame, m.session.takeEvents(), err
}
