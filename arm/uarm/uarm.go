package uarm

import (
	"sync"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// UArm drives one uArm Swift or Swift Pro with firmware 3.2. It is an arm.Driver.
//
// The session decides; this is the shell around it: a mutex between the writer and the
// link's reader, held for arithmetic only, and the link and the feedback outside of it.
type UArm struct {
	cfg      Config
	openPort arm.Opener
	link     *arm.Link     // of the writer
	changed  chan struct{} // something came in while opening

	mu       sync.Mutex
	splitter arm.Splitter
	session  *session
	feedback arm.Feedback // nil while opening
}

var _ arm.Driver = (*UArm)(nil)

// New returns a driver that opens its port with open. Open reports what is wrong with cfg.
func New(cfg Config, open arm.Opener) *UArm { return &UArm{cfg: cfg, openPort: open} }

// Capabilities says what a uArm can do.
func (u *UArm) Capabilities() arm.Capabilities {
	return arm.Capabilities{
		Driver:      "uarm",
		Horizon:     u.cfg.Horizon,
		Measured:    true,
		StopsItself: true,
		Gripper:     safety.OpenCloseGripper,
		Relaxes:     true,
		StopEffect:  arm.StopConfirmed,
	}
}

// Accepts takes as much of sp as the arm would come to rest after within the horizon. It takes
// nothing while a G0 is un-acknowledged, and from Stop until the arm stands and the controller
// heeds motion again.
func (u *UArm) Accepts(now safety.Instant, sp safety.Setpoint) (part float64) {
	if u.link == nil {
		return 0
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.session.accepts(now, sp)
}

// Move sends one G0.
func (u *UArm) Move(now safety.Instant, sp safety.Setpoint) error {
	return u.do(func(s *session) ([]byte, error) { return s.move(now, sp) })
}

// Grip sends the tool's line, or keeps it for the next Service.
func (u *UArm) Grip(now safety.Instant, g safety.Gripper) error {
	return u.do(func(s *session) ([]byte, error) { return s.gripNow(now, g), s.dead })
}

// Stop sends M410. The rest of it follows in Service, and its result from there.
func (u *UArm) Stop(now safety.Instant) error {
	return u.do(func(s *session) ([]byte, error) { return s.stopNow(now), s.dead })
}

// Rearm switches the motors on after Relax, and lets the controller find out where the arm is.
func (u *UArm) Rearm(now safety.Instant) error {
	return u.do(func(s *session) ([]byte, error) { return s.rearmNow(now), s.dead })
}

// Relax switches the three motors off. The encoders go on telling where the arm is.
func (u *UArm) Relax(now safety.Instant) error {
	return u.do(func(s *session) ([]byte, error) { return s.relaxNow(now), s.dead })
}

// Service takes what came in and sends what is due, and reports a controller that does not
// answer as an error.
func (u *UArm) Service(now safety.Instant) (next safety.Instant, err error) {
	next = arm.Never
	err = u.do(func(s *session) (frame []byte, err error) {
		frame, next, err = s.service(now)
		return frame, err
	})
	return next, err
}

// Close ends the reader and closes the port. The arm ends what it was sent, and holds.
func (u *UArm) Close() error {
	if u.link == nil {
		return nil
	}
	err := u.link.Close()
	u.link = nil
	return err
}

// do runs f on the session, then writes its frame and tells what it had to say. A frame
// goes out even where f fails: a stop never waits for anything.
func (u *UArm) do(f func(*session) ([]byte, error)) error {
	if u.link == nil {
		return arm.ErrClosed
	}
	frame, events, err := u.decide(f)
	if len(frame) > 0 {
		if failed := u.link.Write(frame); err == nil {
			err = failed
		}
	}
	for _, tell := range events {
		tell(u.feedback)
	}
	return err
}

// decide runs f on the session. The mutex comes free even where f panics: whoever recovers
// that still has to stop the arm.
func (u *UArm) decide(f func(*session) ([]byte, error)) (frame []byte, events []event, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	frame, err = f(u.session)
	return frame, u.session.takeEvents(), err
}
