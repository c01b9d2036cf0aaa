package grbl

import (
	"errors"
	"sync"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// Grbl drives one arm whose controller runs Grbl 1.1 or grblHAL. It is an arm.Driver.
//
// The session decides; this is the shell around it: a mutex between the writer and the
// link's reader, held for arithmetic only, and the link and the feedback outside of it.
type Grbl struct {
	cfg      Config
	openPort arm.Opener
	link     *arm.Link     // of the writer
	changed  chan struct{} // something came in while opening

	mu       sync.Mutex
	listens  bool // what comes in counts
	splitter arm.Splitter
	session  *session
	feedback arm.Feedback // nil while opening
}

var _ arm.Driver = (*Grbl)(nil)

// New returns a driver that opens its port with open. Open reports what is wrong with cfg.
func New(cfg Config, open arm.Opener) *Grbl {
	return &Grbl{cfg: cfg.withDefaults(), openPort: open}
}

// Capabilities says what a Grbl arm can do.
func (g *Grbl) Capabilities() arm.Capabilities {
	return arm.Capabilities{
		Driver:      "grbl",
		Horizon:     g.cfg.Horizon,
		Measured:    true,
		StopsItself: true,
		GripAtRest:  true,
		Gripper:     safety.OpenCloseGripper,
		Unlocks:     g.cfg.Unlock,
		StopEffect:  arm.StopConfirmed,
	}
}

// Accepts takes all of sp if the arm would still come to rest within the horizon after it,
// and else nothing. It takes nothing while the gripper is told, while an answer is due that
// sp's line would not fit behind, and after Stop until standstill. It tells nothing: that is
// for the calls that the gate's lock is not held for.
func (g *Grbl) Accepts(now safety.Instant, sp safety.Setpoint) (part float64) {
	if g.link == nil {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.session.accepts(now, sp) {
		return 1
	}
	return 0
}

// Move sends one jog.
func (g *Grbl) Move(now safety.Instant, sp safety.Setpoint) error {
	return g.do(func(s *session) ([]byte, error) { return s.move(now, sp) })
}

// Grip sends the gripper's line, or keeps it until the arm stands.
func (g *Grbl) Grip(now safety.Instant, grip safety.Gripper) error {
	return g.do(func(s *session) ([]byte, error) { return s.gripNow(now, grip), s.dead })
}

// Stop sends a jog cancel. Standstill is confirmed later, from Service and the reports.
func (g *Grbl) Stop(now safety.Instant) error {
	return g.do(func(s *session) ([]byte, error) { return s.stopNow(now), s.dead })
}

// Rearm ends a lock, if the configuration permits; else it says why the arm stays locked.
func (g *Grbl) Rearm(now safety.Instant) error {
	return g.do(func(s *session) ([]byte, error) { return s.rearmNow(now), s.dead })
}

// Relax is not possible: Grbl lets its motors go by itself after $1, and has no word for it.
func (g *Grbl) Relax(safety.Instant) error { return errors.ErrUnsupported }

// Service sends what is due, and reports a controller that does not answer as an error.
func (g *Grbl) Service(now safety.Instant) (next safety.Instant, err error) {
	next = arm.Never
	err = g.do(func(s *session) (frame []byte, err error) {
		frame, next, err = s.service(now)
		return frame, err
	})
	return next, err
}

// Close ends the reader and closes the port. The controller ends what it was sent.
func (g *Grbl) Close() error {
	if g.link == nil {
		return nil
	}
	err := g.link.Close()
	g.link = nil
	return err
}

// do runs f on the session, then tells what it had to say and writes its frame. A frame
// goes out even where f fails: a stop byte never waits for anything.
func (g *Grbl) do(f func(*session) ([]byte, error)) error {
	if g.link == nil {
		return arm.ErrClosed
	}
	frame, events, err := g.decide(f)
	if len(frame) > 0 {
		if failed := g.link.Write(frame); err == nil {
			err = failed
		}
	}
	for _, tell := range events {
		tell(g.feedback)
	}
	return err
}

// decide runs f on the session. The mutex comes free even where f panics: whoever recovers
// that still has to stop the arm.
func (g *Grbl) decide(f func(*session) ([]byte, error)) (frame []byte, events []event, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	frame, err = f(g.session)
	return frame, g.session.takeEvents(), err
}
