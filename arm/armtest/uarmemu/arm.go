package uarmemu

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// Arm is a uArm Swift Pro and its controller, an [armtest.Machine].
type Arm struct {
	cfg    Config
	now    time.Duration
	out    []byte
	events []armtest.Event

	power    bool
	readyAt  time.Duration // the firmware is in its start-up until then
	serial   serial
	program  program
	planner  planner
	motor    motor
	tools    tools
	reports  reports
	faults   faults
	moving   bool
	sampleAt time.Duration
}

// New returns an arm that is switched on at now.
func New(cfg Config, now time.Duration) *Arm {
	cfg = cfg.withDefaults()
	a := &Arm{cfg: cfg, now: now, power: cfg.Power}
	a.motor.at = cfg.Position
	if cfg.Booted {
		a.reset()
		a.readyAt = now
		a.readEncoders()
		a.reports.greeted, a.reports.power = true, a.power
		return a
	}
	a.boot()
	return a
}

// Receive takes bytes that arrived together at now. The interrupt takes all of them before
// the firmware looks at the first.
func (a *Arm) Receive(now time.Duration, p []byte) {
	a.Advance(now)
	if a.faults.hang {
		return
	}
	a.buffer(p)
	a.run()
}

// Advance plays everything that is due until to.
func (a *Arm) Advance(to time.Duration) {
	for t := a.Next(); t <= to; t = a.Next() {
		a.now = max(a.now, t)
		a.fire()
	}
	a.now = max(a.now, to)
}

// Next is when Advance has something to do, or Never.
func (a *Arm) Next() time.Duration {
	t := armtest.Never
	if a.readyAt > a.now {
		return a.readyAt // nothing else happens during start-up
	}
	if a.moving {
		t = min(t, a.motor.stepAt, a.sampleAt)
	}
	if a.reports.every > 0 {
		t = min(t, a.reports.due)
	}
	return min(t, a.program.due(a.now))
}

func (a *Arm) fire() {
	if a.readyAt == a.now && !a.reports.greeted {
		a.bootEnds()
	}
	if a.moving && a.motor.stepAt <= a.now {
		a.step()
	}
	if a.moving && a.sampleAt <= a.now {
		a.log(armtest.EvPos, "", 0)
		a.sampleAt += armtest.SamplePeriod
	}
	a.run()
	a.reportPosition()
}

// Take returns what was written and what happened since the last call.
func (a *Arm) Take() (out []byte, events []armtest.Event) {
	out, events = a.out, a.events
	a.out, a.events = nil, nil
	return out, events
}

// Event describes the present moment.
func (a *Arm) Event(ev, text string, n int) armtest.Event {
	at := a.motor.at
	return armtest.Event{
		T: int64(a.now), Ev: ev, X: at.X, Y: at.Y, Z: at.Z, V: a.speed(), Text: text, N: n,
	}
}

// speed is how fast the arm itself moves in mm/s, which it does only with current in its motors.
func (a *Arm) speed() float64 {
	if !a.driven() {
		return 0
	}
	return a.motor.speed * a.motor.unit
}

// driven reports whether the motors have current.
func (a *Arm) driven() bool { return a.power && a.motor.on }

func (a *Arm) log(ev, text string, n int) { a.events = append(a.events, a.Event(ev, text, n)) }

// finite reports whether a point can be gone to at all.
func finite(p safety.Point) bool { return p.Finite() && p.Norm() < math.MaxInt32 }
