package daemon

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/metrics"
	"github.com/aether-arm/aetherd/safety"
)

// writer is the one goroutine that drives the arm: it takes steps from the gate and
// carries them out, opens the link, and opens it again when it was lost.
type writer struct {
	guard   *guard
	driver  arm.Driver
	clock   clock
	log     zerolog.Logger
	metrics *metrics.Set

	backoff backoff

	passes  atomic.Uint64 // how often it has done what was due
	linking atomic.Int64  // since when it opens or closes the arm; 0: it does neither

	unattended bool        // nobody stands beside the arm when this begins: a service
	asked      atomic.Bool // a person wants the arm to be opened now

	opened   bool
	stopTold safety.Instant // when the arm was last told to stop
	obeyed   bool           // it was, and the gate's step for it is to come
	tried    chan struct{}  // closed when opening was tried once
	overrun  *overrun       // watches every call of the driver
	failed   chan<- error   // a panic ends the daemon
}

func newWriter(g *guard, d arm.Driver, log zerolog.Logger, c config.Arm, failed chan<- error) *writer {
	w := &writer{
		guard:   g,
		driver:  d,
		clock:   g.clock,
		log:     log,
		metrics: g.metrics,
		backoff: backoff{first: c.ReopenMin.Duration(), most: c.ReopenMax.Duration()},
		tried:   make(chan struct{}),
		failed:  failed,
	}
	w.overrun = newOverrun(g.clock, c.WriteDeadline.Duration(), w.stuck)
	return w
}

// run drives the arm until ctx ends, and then closes it. A panic stops the arm and ends
// the daemon: nobody else may write to it.
func (w *writer) run(ctx context.Context) {
	defer w.leave()
	defer func() {
		if p := recover(); p != nil {
			w.log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("the writer failed: the arm is stopped and the daemon ends")
			w.guard.halt(safety.CausePanic, "writer")
			w.failed <- fmt.Errorf("the writer failed: %v", p)
		}
	}()
	if w.keepShut() {
		w.guard.unreachable(errKeptShut)
		close(w.tried)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		next := w.work(ctx)
		w.passes.Add(1)
		timer.Reset(w.clock.until(w.guard.sleepUntil(next)))
		select {
		case <-ctx.Done():
		case <-w.guard.wake:
		case <-timer.C:
		}
	}
}

// leave stops the arm and closes it. A driver that panicked may do so again.
func (w *writer) leave() {
	defer func() {
		if p := recover(); p != nil {
			w.log.Error().Interface("panic", p).Msg("the driver failed while the arm was stopped and closed")
		}
	}()
	if w.opened {
		defer w.driver.Close()
		_ = w.driver.Stop(w.clock.now())
	}
}

// work does everything that is due and returns when the driver or the link wants to be
// looked at again.
func (w *writer) work(ctx context.Context) safety.Instant {
	if w.opened && !w.guard.linked.Load() {
		w.close()
	}
	if !w.opened {
		return w.open(ctx)
	}
	for {
		if err := w.obey(); err != nil {
			return w.fail(safety.CauseWriteFailed, err)
		}
		step, ticket := w.guard.tick(w.accepts)
		if step.Kind == safety.StepNone {
			break
		}
		began := w.clock.now()
		if step.Kind == safety.StepMove {
			w.metrics.TickLateness.Observe((began - step.Due).Seconds())
		}
		err := w.perform(step, ticket)
		w.metrics.WriteDuration.Observe((w.clock.now() - began).Seconds())
		if err != nil {
			return w.fail(safety.CauseWriteFailed, err)
		}
		if step.Kind == safety.StepStop {
			break // the driver's own part of a stop comes before the next stop
		}
	}
	var next safety.Instant
	err := w.call(func(now safety.Instant) (err error) {
		next, err = w.driver.Service(now)
		return err
	})
	if err != nil {
		return w.fail(safety.CauseLinkLost, err)
	}
	return next
}

func (w *writer) accepts(sp safety.Setpoint) float64 { return w.driver.Accepts(w.clock.now(), sp) }

// perform carries out one step. Motion, and what lets the arm fall, goes through the
// interlock: if a stop came since ticket, the step is withdrawn and nothing is written.
func (w *writer) perform(step safety.Step, ticket uint64) error {
	switch step.Kind {
	case safety.StepStop:
		defer func() { w.obeyed = false }()
		return w.tellStop()
	case safety.StepRearm:
		w.guard.answered.Store(true) // by a new beginning
		return w.call(w.driver.Rearm)
	}
	if !step.Setpoint.Braking {
		if !w.guard.lock.begin(ticket) {
			w.guard.withdraw(step)
			return nil
		}
		defer w.guard.lock.end()
	}
	return w.call(func(now safety.Instant) error {
		switch step.Kind {
		case safety.StepGrip:
			return w.driver.Grip(now, step.Gripper)
		case safety.StepRelax:
			return w.driver.Relax(now)
		}
		return w.driver.Move(now, step.Setpoint)
	})
}

// obey tells the arm of a stop that the gate has not seen yet. The gate's step for it comes behind
// the gate's lock, and an event loop that holds the lock may have lost its processor to others.
func (w *writer) obey() error {
	if !w.guard.lock.waiting() {
		return nil
	}
	defer func() { w.obeyed = true }()
	return w.tellStop()
}

// stopRepeat is how often an arm that has been told to stop, and has not answered, is told
// again at most: stops can come faster than a serial line carries them.
const stopRepeat = 10 * time.Millisecond

// tellStop tells the arm to stop. The answer to a stop that it was told a moment ago is
// the answer to this one, and to the gate's step for a stop that was obeyed.
func (w *writer) tellStop() error {
	now := w.clock.now()
	if w.guard.answered.Load() || !w.obeyed && now-w.stopTold >= stopRepeat {
		w.guard.answered.Store(false)
		if err := w.call(w.driver.Stop); err != nil {
			return err
		}
		w.stopTold = now
	}
	w.guard.told()
	return nil
}

// call calls the driver under the deadline, which somebody else watches: a write that
// blocks cannot be ended, only noticed.
func (w *writer) call(f func(safety.Instant) error) (err error) {
	now := w.clock.now()
	w.overrun.begin(now)
	defer func() { // a call that panics is over as well
		if late := w.overrun.end(); late && err == nil {
			err = errOverran
		}
	}()
	return f(now)
}

// stuck runs beside the blocked call. The link counts as lost: what the call has written
// is not known, and nothing else may write before it returns.
func (w *writer) stuck() {
	w.guard.stuck.Store(true)
	w.metrics.StuckWrites.Inc()
	w.log.Error().Dur("deadline_ms", w.overrun.deadline).Msg("a write to the arm is stuck: the arm is stopped")
	w.guard.linkDown(safety.CauseWriteStuck, "")
}

// fail ends a link whose driver returned an error.
func (w *writer) fail(kind safety.CauseKind, err error) safety.Instant {
	if errors.Is(err, errOverran) {
		kind = safety.CauseWriteStuck // which stuck may not have told yet
	}
	w.guard.linkDown(kind, err.Error())
	w.close()
	return w.clock.now()
}

func (w *writer) close() {
	w.opened, w.obeyed = false, false
	w.asked.Store(false) // what was asked for before is done
	w.linking.Store(int64(w.clock.now()))
	defer w.linking.Store(0)
	if err := w.driver.Close(); err != nil {
		w.log.Warn().Err(err).Msg("closing the arm")
	}
	w.backoff.begin(w.clock.now())
	if w.driver.Capabilities().MovesOnOpen {
		w.shut()
	}
}

// keepShut does not let an arm be opened that moves by itself then, where nobody has asked for it:
// a service starts at boot, and again after a crash.
func (w *writer) keepShut() bool {
	if !w.unattended || !w.driver.Capabilities().MovesOnOpen {
		return false
	}
	w.shut()
	return true
}

// shut leaves the arm as it is until somebody asks for it.
func (w *writer) shut() {
	w.backoff.next = arm.Never
	w.log.Error().Msg("this arm moves by itself when it is opened: keep clear, then SIGUSR1 opens it (systemctl kill --signal=USR1 aetherd)")
}

var errKeptShut = errors.New("it moves by itself when it is opened, and nobody has asked for that")

// openNow has the arm opened without a further wait, if it is not. Safe from any goroutine.
func (w *writer) openNow() {
	w.asked.Store(true)
	w.guard.wakeWriter()
}

// open tries to reach the arm, if it is time to. Nothing that was sent before is sent
// again: the gate is stopped, and stays so.
func (w *writer) open(ctx context.Context) safety.Instant {
	now := w.clock.now()
	if now < w.backoff.next && !w.asked.Swap(false) {
		w.guard.tick(func(safety.Setpoint) float64 { return 0 }) // leases end without an arm as well
		return w.backoff.next
	}
	first := !w.attempted()
	if first {
		defer close(w.tried)
	}
	w.guard.opening()
	w.linking.Store(int64(now))
	defer w.linking.Store(0)
	o, err := w.driver.Open(ctx, w.guard)
	if err == nil && !w.guard.linkUp(o) {
		err = errors.Join(errLostAtOnce, w.driver.Close())
	}
	if err != nil {
		if first {
			w.guard.unreachable(err)
		}
		wait := w.backoff.failed(w.clock.now())
		w.log.Warn().Err(err).Dur("retry_in_ms", wait).Msg("the arm does not answer")
		w.keepShut()
		return w.backoff.next
	}
	if !first {
		w.metrics.Reconnects.Inc()
	}
	w.opened = true
	w.guard.answered.Store(true)
	w.log.Info().Str("firmware", o.Firmware).Interface("position_mm", o.Position).Float64("max_speed_mm_s", o.MaxSpeed).
		Str("alarm", o.Alarm).Msg("the arm answers")
	return w.clock.now()
}

var errLostAtOnce = errors.New("the arm was lost while it was opened")

// firstTry is how long stations wait for an arm that is opened for the first time; longer
// than a driver does, and shorter than the kernel closes a port whose controller takes no bytes.
const firstTry = 15 * time.Second

// untilTried waits until opening was tried once, for firstTry at most or until ctx ends.
func (w *writer) untilTried(ctx context.Context) {
	select {
	case <-w.tried:
	case <-ctx.Done():
	case <-time.After(firstTry):
	}
}

// attempted reports whether opening was tried once.
func (w *writer) attempted() bool {
	select {
	case <-w.tried:
		return true
	default:
		return false
	}
}
