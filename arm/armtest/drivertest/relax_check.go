package drivertest

import (
	"errors"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// relax: an arm whose motors are off is still measured, and takes hold where it then is.
func relax(b *bench, _ journey) {
	b.start()
	if !b.caps.Relaxes {
		if err := b.driver.Relax(b.now()); !errors.Is(err, errors.ErrUnsupported) {
			b.errorf("Relax: %v, want %v", err, errors.ErrUnsupported)
		}
		b.wantRest("after a Relax that there is not")
		b.onward()
		return
	}
	b.onward()
	b.limp()
	b.push()
	at, since, frames, heard := b.truth(), b.now(), b.tap.written(), b.reports()
	b.reset()
	b.wantRest("taking hold")
	b.wantStill("taking hold", at, since)
	b.wantNoMotion("taking hold", frames)
	b.wantNoAlarm(heard)
	b.onward()

	b.limp()
	b.latch() // a stop while limp
	b.reset()
	b.wantRest("stopped while limp")
	b.onward()
}

// takesHold: a limp arm that sinks when it takes hold goes to where it is ordered at once, and not
// lower by what it sinks.
func takesHold(b *bench, _ journey) {
	const way, dip = 20, 4 // mm; dip is what the load on the way makes of it
	b.start()
	to := b.truth().Add(safety.Point{Y: way})
	b.order(safety.Order{Move: true, Target: to})
	b.serve(patience(way))
	b.wantLink()
	b.wantRest("after the order")
	if at := b.truth(); at.Sub(to).Norm() > b.rig.Tolerance+dip {
		b.errorf("sent to %v right after the reset, the arm is at %v", to, at)
	}
}

// limp switches the motors off.
func (b *bench) limp() {
	b.mu.Lock()
	v := b.gate.Relax(b.now(), b.station, 0, false)
	b.mu.Unlock()
	if !v.OK() {
		b.fatalf("the gate does not relax: %v", v.Reason)
	}
	b.relaxed = false
	if !b.until(answer, func() bool { return b.relaxed || !b.opened }) {
		b.fatalf("the arm is not relaxed: the stop before it is not told to have come to anything")
	}
	b.serve(time.Second)
	b.wantLink()
	b.wantNoAlarm(b.stop.reports)
}

// push moves the limp arm by hand, and checks that the driver sees it.
func (b *bench) push() {
	if b.rig.Push == "" {
		return
	}
	at := b.truth()
	b.fault(b.rig.Push)
	b.serve(2 * time.Second)
	b.wantLink()
	if moved := b.truth().Sub(at).Norm(); moved < 2*b.rig.Tolerance {
		b.errorf("%q moves a limp arm by %v mm: it is not limp", b.rig.Push, moved)
	}
	b.wantTruth()
}
