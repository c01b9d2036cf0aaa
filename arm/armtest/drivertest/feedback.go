package drivertest

import (
	"slices"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// report is something that a driver told its Feedback.
type report struct {
	at       safety.Instant
	kind     reportKind
	position safety.Point // of measured
	joints   arm.Angles   // of measured
	rests    bool         // of measured
	grip     safety.Gripper
	stopped  arm.StopResult
	text     string // of alarm
	err      error  // of lost
}

type reportKind uint8

const (
	measured reportKind = iota
	gripped
	stopped
	alarm
	unlocked
	lost
)

// The bench is the Feedback of its driver: what it hears goes to the gate, under the lock
// that the gate has in the daemon.

func (b *bench) Measured(m arm.Measurement) {
	b.hear(report{kind: measured, position: m.Position, joints: m.Joints, rests: m.AtRest},
		func(g *safety.Gate) { g.Measured(b.now(), m.Position, m.AtRest) })
}

func (b *bench) Gripped(done safety.Gripper) {
	b.hear(report{kind: gripped, grip: done}, func(g *safety.Gate) { g.Gripped(done) })
}

func (b *bench) Stopped(r arm.StopResult) {
	b.hear(report{kind: stopped, stopped: r}, func(g *safety.Gate) { g.StopDone(r) })
}

func (b *bench) Alarm(text string, locked bool) {
	b.hear(report{kind: alarm, text: text}, func(g *safety.Gate) { g.Alarm(b.now(), text, locked) })
}

func (b *bench) Unlocked() {
	b.hear(report{kind: unlocked}, func(g *safety.Gate) { g.Unlocked() })
}

func (b *bench) Lost(err error) {
	b.hear(report{kind: lost, err: err}, func(*safety.Gate) { b.linkDown(err) })
}

func (b *bench) Wake() {
	select {
	case b.wake <- struct{}{}:
	default: // it has been woken and has not looked yet
	}
}

func (b *bench) hear(r report, f func(*safety.Gate)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.at = b.now()
	b.heard = append(b.heard, r)
	f(b.gate)
	if b.gate.Next() < b.sleeps {
		b.Wake()
	}
}

// said returns what was heard from the n-th report on and matches.
func (b *bench) said(from int, match func(report) bool) []report {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.heard[from:]), func(r report) bool { return !match(r) })
}

// says is a condition: something was heard that matches, from the n-th report on.
func (b *bench) says(from int, match func(report) bool) func() bool {
	return func() bool { return len(b.said(from, match)) > 0 }
}

// reports returns how many there are.
func (b *bench) reports() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.heard)
}

func is(kind reportKind) func(report) bool { return func(r report) bool { return r.kind == kind } }

// wantNoAlarm checks that none was told since.
func (b *bench) wantNoAlarm(from int) {
	for _, r := range b.said(from, is(alarm)) {
		b.errorf("alarm at %v: %s", r.at, r.text)
	}
}
