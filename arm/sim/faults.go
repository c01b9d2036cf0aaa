package sim

import (
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// faults is how far the faults of the configuration have come since Open.
type faults struct {
	began   safety.Instant // the first setpoint, arm.Never before it
	stalled bool
	lost    error     // what every method returns once the link is gone
	back    time.Time // with lost: when Open works again
}

// outage returns why the arm cannot be opened. Open is not told the writer's clock, so
// it goes by the process's.
func (f *faults) outage() error {
	if left := time.Until(f.back); left > 0 {
		return fmt.Errorf("%w, for another %v", f.lost, left)
	}
	return nil
}

// after returns when a fault is due, arm.Never if the arm does not have it.
func (f *faults) after(ms int) safety.Instant {
	if ms == 0 || f.began == arm.Never {
		return arm.Never
	}
	return f.began + milliseconds(ms)
}

// stall freezes the arm where it was when that was due.
func (s *Sim) stall(now safety.Instant) {
	due := s.faults.after(s.cfg.StallAfterMS)
	if now < due || s.faults.stalled {
		return
	}
	s.faults.stalled = true
	s.servo = standingAt(s.servo.at(due).position)
}

// disconnect loses the link when that is due.
func (s *Sim) disconnect(now safety.Instant) {
	if now < s.disconnects() {
		return
	}
	s.faults.lost = errUnplugged
	s.faults.back = time.Now().Add(milliseconds(s.cfg.ReconnectAfterMS))
	s.feedback.Lost(errUnplugged)
}

// disconnects returns when the link will be lost, arm.Never once it is.
func (s *Sim) disconnects() safety.Instant {
	if s.faults.lost != nil {
		return arm.Never
	}
	return s.faults.after(s.cfg.DisconnectAfterMS)
}
