package drivertest

import (
	"errors"
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// until serves the driver and the gate as the daemon's writer does, until cond holds, for
// at most limit. It reports whether cond held.
func (b *bench) until(limit time.Duration, cond func() bool) bool {
	end := b.now() + limit
	for {
		now := b.now()
		if now >= b.nextWork() {
			b.work()
			b.noteBusy(now)
		}
		b.look()
		switch {
		case cond():
			return true
		case now >= end:
			return false
		}
		timer := time.NewTimer(max(0, min(b.nextWork(), end, now+glance)-now))
		select {
		case <-timer.C:
		case <-b.wake:
			b.due = 0
		}
		timer.Stop()
	}
}

// serve is until that waits for nothing.
func (b *bench) serve(limit time.Duration) { b.until(limit, func() bool { return false }) }

// glance is how often conditions and the arm are looked at: of a machine, how often it
// tells where it is.
const glance = 5 * time.Millisecond

// nextWork returns when the driver or the gate wants to be served.
func (b *bench) nextWork() safety.Instant {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sleeps = min(b.due, b.gate.Next())
	return b.sleeps
}

// noteBusy ends a trial whose driver wants to be served again and again in one moment.
func (b *bench) noteBusy(now safety.Instant) {
	if now > b.busySince {
		b.busySince, b.busy = now, 0
	}
	if b.busy++; b.busy > 1000 {
		b.fatalf("Service was called 1000 times in one moment, and wants to be called again")
	}
}

// work does everything that is due.
func (b *bench) work() {
	if b.opened && !b.isLinked() {
		b.close()
	}
	if !b.opened {
		b.due = never
		return
	}
	for {
		step := b.tick()
		if step.Kind == safety.StepNone {
			break
		}
		if err := b.perform(step); err != nil {
			b.fail(err)
			return
		}
		if step.Kind == safety.StepStop {
			break
		}
	}
	next, err := b.driver.Service(b.now())
	if err != nil {
		b.fail(err)
		return
	}
	b.due = next
}

func (b *bench) tick() safety.Step {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gate.Tick(b.now(), func(sp safety.Setpoint) float64 {
		b.accepting.Store(true)
		defer b.accepting.Store(false)
		return b.checkPart(b.driver.Accepts(b.now(), sp))
	})
}

// checkPart checks what Accepts returned.
func (b *bench) checkPart(part float64) float64 {
	if part >= 0 && part <= 1 {
		return part
	}
	b.errorf("Accepts returned %v", part)
	if math.IsNaN(part) {
		return 0
	}
	return min(max(part, 0), 1)
}

func (b *bench) perform(step safety.Step) error {
	now := b.now()
	switch step.Kind {
	case safety.StepStop:
		b.stop = stopMark{at: now, frames: b.tap.written(), reports: b.reports()}
		return b.driver.Stop(now)
	case safety.StepRearm:
		b.rearmed = true
		return b.driver.Rearm(now)
	case safety.StepRelax:
		b.relaxed = true
		return b.driver.Relax(now)
	case safety.StepGrip:
		return b.driver.Grip(now, step.Gripper)
	}
	if step.Setpoint.Braking {
		b.stop.braking = append(b.stop.braking, step.Setpoint.Position)
	}
	return b.driver.Move(now, step.Setpoint)
}

// stopMark is where a stop began.
type stopMark struct {
	at      safety.Instant
	frames  int            // that were written before
	reports int            // that were heard before
	braking []safety.Point // setpoints since
}

// fail ends a link whose driver returned an error.
func (b *bench) fail(err error) {
	b.mu.Lock()
	b.linkDown(err)
	b.mu.Unlock()
	b.close()
}

var errLost = errors.New("lost")

// linkDown tells the gate. The lock is held.
func (b *bench) linkDown(err error) {
	if b.lost == nil {
		b.lost = errors.Join(errLost, err)
	}
	if b.linked {
		b.linked = false
		b.gate.LinkDown(b.now(), safety.Cause{Kind: safety.CauseLinkLost})
	}
}

func (b *bench) isLinked() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.linked
}

// isLost is a condition: the link was lost, and has been closed.
func (b *bench) isLost() bool { return !b.opened }

func (b *bench) close() {
	b.opened, b.due = false, never
	began := b.now()
	_ = b.driver.Close() // may say that the cable is gone
	if took := b.now() - began; took > time.Second {
		b.errorf("Close took %v", took)
	}
}
