package roarm

import (
	"sync"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// RoArm drives one Waveshare RoArm-M2. It is an arm.Driver and an arm.Reacher.
//
// The session decides; this is the shell around it: a mutex between the writer and the
// link's reader, held for arithmetic only, and the link and the feedback outside of it.
type RoArm struct {
	cfg      Config
	openPort arm.Opener
	link     *arm.Link     // of the writer
	changed  chan struct{} // something came in while opening
	begun    time.Time     // when the session's clock was 0

	refused   error // why the last Open would not have this arm
	refusedAt time.Time

	mu       sync.Mutex
	splitter arm.Splitter
	session  *session
	feedback arm.Feedback // nil while opening
}

var (
	_ arm.Driver  = (*RoArm)(nil)
	_ arm.Reacher = (*RoArm)(nil)
)

// New returns a driver that opens its port with open. Open reports what is wrong with cfg.
func New(cfg Config, open arm.Opener) *RoArm {
	return &RoArm{cfg: cfg.withDefaults(), openPort: open}
}

// Capabilities says what a RoArm can do.
func (a *RoArm) Capabilities() arm.Capabilities {
	return arm.Capabilities{
		Driver:      "roarm",
		Horizon:     a.cfg.Horizon,
		Measured:    true,
		GripRides:   true,
		Gripper:     safety.OpeningGripper,
		MovesOnOpen: true,
		Relaxes:     true,
		StopEffect:  arm.StopConfirmed,
		Joints:      jointNames[:],
	}
}

// Reaches implements arm.Reacher. Points are in the firmware's frame: z counts from the
// shoulder's axis, 126.06 mm above the table.
func (a *RoArm) Reaches(p safety.Point) error { return reaches(p) }

// Accepts takes as much of a step as leaves every joint within its lead over what was
// measured. It tells nothing, not even what others left to be told: the gate is locked.
func (a *RoArm) Accepts(_ safety.Instant, sp safety.Setpoint) (part float64) {
	if a.link == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.session.accepts(sp)
}

// Move sends one setpoint.
func (a *RoArm) Move(_ safety.Instant, sp safety.Setpoint) error {
	return a.do(func(s *session, now time.Duration) ([]byte, error) { return s.move(now, sp) })
}

// Grip sends the gripper's angle.
func (a *RoArm) Grip(_ safety.Instant, g safety.Gripper) error {
	return a.do(func(s *session, now time.Duration) ([]byte, error) { return s.gripNow(now, g), s.dead })
}

// Stop lets only braking setpoints pass, and asks where the arm is until it stands.
func (a *RoArm) Stop(safety.Instant) error {
	return a.do(func(s *session, now time.Duration) ([]byte, error) { return s.stop(now), s.dead })
}

// Rearm lets setpoints pass again. After Open and Relax it asks where the arm is, and switches
// the torque on with that for a goal.
func (a *RoArm) Rearm(safety.Instant) error {
	return a.do(func(s *session, now time.Duration) ([]byte, error) { return s.rearmNow(now), s.dead })
}

// Relax switches the torque of every servo off, the gripper's too.
func (a *RoArm) Relax(safety.Instant) error {
	return a.do(func(s *session, now time.Duration) ([]byte, error) { return s.relax(now), s.dead })
}

// Service sends what is due, and reports an arm that does not answer as an error.
func (a *RoArm) Service(now safety.Instant) (next safety.Instant, err error) {
	next = arm.Never
	err = a.do(func(s *session, at time.Duration) (frame []byte, err error) {
		frame, due, err := s.service(at)
		if err == nil {
			next = now + max(due-at, 0)
		}
		return frame, err
	})
	return next, err
}

// Close ends the reader and closes the port. The arm holds where it was sent last.
func (a *RoArm) Close() error {
	if a.link == nil {
		return nil
	}
	err := a.link.Close()
	a.link = nil
	return err
}

// do runs f on the session, then writes its frame and tells what it had to say.
func (a *RoArm) do(f func(*session, time.Duration) ([]byte, error)) error {
	if a.link == nil {
		return arm.ErrClosed
	}
	frame, events, err := a.decide(f)
	if err == nil && len(frame) > 0 {
		err = a.link.Write(frame)
	}
	for _, tell := range events {
		tell(a.feedback)
	}
	return err
}

// decide runs f on the session. The mutex comes free even where f panics: whoever recovers
// that still has to stop the arm.
func (a *RoArm) decide(f func(*session, time.Duration) ([]byte, error)) (frame []byte, events []event, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	frame, err = f(a.session, time.Since(a.begun))
	return frame, a.session.takeEvents(), err
}
