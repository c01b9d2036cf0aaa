package drivertest

import (
	"math"
	"slices"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// stops: a stop at any moment ends in a standstill that the arm keeps until it is reset, and
// in no motion but the gate's braking. Then the arm goes on from where it stands.
func stops(b *bench, j journey) {
	b.start()
	b.travel(j)
	heard, stood := b.reports(), b.truth()
	stands := !b.moved && b.restsAtGate() && b.quiet()
	began := b.latch()
	if j.again > 0 {
		b.serve(j.again)
		b.latch()
	}
	if !b.until(answer, func() bool { return !b.opened || b.stop.at >= began && b.says(b.stop.reports, is(stopped))() }) {
		b.fatalf("the stop at %v is not told to have come to anything", began)
	}
	b.wantLink()
	b.wantStopped(heard)
	b.wantInTime(began)
	if stands {
		b.wantStill("stopped at rest", stood, began)
	}
	b.reset()
	b.wantRest("after a reset")
	b.onward()
}

// latch has the gate stop.
func (b *bench) latch() safety.Instant {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	b.gate.Stop(now, safety.Cause{Kind: safety.CauseStation})
	return now
}

// wantStopped checks a stop that was told to be over.
func (b *bench) wantStopped(heard int) {
	told := b.said(b.stop.reports, is(stopped))
	if r := told[len(told)-1].stopped; r != b.caps.StopEffect {
		b.errorf("the stop came to %v, the best is said to be %v", r, b.caps.StopEffect)
	}
	at, since := b.truth(), b.now()
	b.serve(1500 * time.Millisecond)
	b.wantLink()
	b.wantStill("stopped", at, since)
	b.wantBraking()
	b.wantNoAlarm(heard)
	b.wantTruth()
}

// wantBraking checks that what moves the arm behind the stop are the gate's setpoints, each
// sent once.
func (b *bench) wantBraking() {
	moves := b.tap.motion(b.stop.frames)
	if len(moves) > len(b.stop.braking) {
		b.errorf("%d frames of motion behind the stop, and %d setpoints: %q", len(moves), len(b.stop.braking), moves[len(moves)-1].text)
	}
	for _, f := range moves {
		if !slices.ContainsFunc(b.stop.braking, func(p safety.Point) bool { return p.Sub(f.goal).Norm() <= b.rig.Tolerance }) {
			b.errorf("behind the stop, at %v, came %q: no setpoint of braking", f.at, f.text)
			return
		}
	}
}

// wantInTime checks that the arm rested as soon after a stop as braking takes.
func (b *bench) wantInTime(began safety.Instant) {
	if b.caps.Horizon == 0 {
		return
	}
	limits := b.rig.limits()
	braking := time.Duration(limits.Speed / limits.StopAccel * float64(time.Second))
	if late := b.restedSince() - began; late > braking+b.caps.Horizon+100*time.Millisecond {
		b.errorf("at rest %v after the stop", late)
	}
}

// restsInTime: whenever the writer falls silent for good, the arm is at rest within the
// horizon that the driver promises, with no code running.
func restsInTime(b *bench, j journey) {
	b.start()
	b.travel(j)
	died := b.now()
	for end := died + 2*b.caps.Horizon + 2*time.Second; b.now() < end; time.Sleep(glance) {
		if b.board == nil {
			b.look()
		}
	}
	if late := b.restedSince() - died; late > b.caps.Horizon {
		b.errorf("at rest %v after the writer died, the horizon is %v", late, b.caps.Horizon)
	}
}

// unfinite offers setpoints that are none: nothing of them is taken.
func (b *bench) unfinite(sp safety.Setpoint) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		for _, sp := range []safety.Setpoint{
			{From: sp.Position, Position: safety.Point{X: bad}, Speed: 10},
			{From: sp.Position, Position: safety.Point{Y: bad}, Speed: 10},
			{From: sp.Position, Position: safety.Point{Z: bad}, Speed: 10},
		} {
			if part := b.checkPart(b.driver.Accepts(b.now(), sp)); part != 0 {
				b.errorf("Accepts takes %v of a setpoint at %v", part, sp.Position)
			}
		}
	}
}
