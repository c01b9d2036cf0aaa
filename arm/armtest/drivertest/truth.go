package drivertest

import (
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// sample is where the arm truly was.
type sample struct {
	at       safety.Instant
	position safety.Point
}

// look notes where the arm of a driver without a machine is, and checks that the arm is
// near its setpoint.
func (b *bench) look() {
	if b.board == nil {
		b.seen = append(b.seen, sample{b.now(), b.rig.Truth(b.driver, b.now())})
	}
	if !b.opened || b.strayed {
		return
	}
	b.mu.Lock()
	state, setpoint := b.gate.State(), b.gate.Snapshot(nil).Setpoint
	b.mu.Unlock()
	if far := b.truthNow().Sub(setpoint).Norm(); far > trackingError && state != safety.Stopped {
		b.strayed = true
		b.errorf("the arm is %.1f mm from its setpoint", far)
	}
}

// truthNow returns where the arm is, to a glance.
func (b *bench) truthNow() safety.Point {
	if b.board == nil {
		return b.rig.Truth(b.driver, b.now())
	}
	return b.rig.where(b.board.Last())
}

// truth returns where the arm is at this moment.
func (b *bench) truth() safety.Point {
	if b.board != nil && !b.unplugged {
		b.board.Command("release") // changes nothing, and is an event
	}
	return b.truthNow()
}

// samples returns where the arm was since.
func (b *bench) samples(since safety.Instant) (s []sample) {
	if b.board == nil {
		s = b.seen
	} else {
		for _, e := range b.board.Events() {
			s = append(s, sample{safety.Instant(e.T), b.rig.where(e)})
		}
	}
	first := 0
	for first+1 < len(s) && s[first+1].at <= since {
		first++
	}
	return s[first:]
}

// pathSince returns how far the arm went, in mm.
func (b *bench) pathSince(since safety.Instant) (length float64) {
	s := b.samples(since)
	for i := range s {
		if i > 0 {
			length += s[i].position.Sub(s[i-1].position).Norm()
		}
	}
	return length
}

// restedSince returns from when on the arm is where it is now, to the rig's tolerance.
func (b *bench) restedSince() safety.Instant {
	at := b.truth()
	var rested safety.Instant
	for _, s := range b.samples(0) {
		if s.position.Sub(at).Norm() > b.rig.Tolerance {
			rested = s.at
		}
	}
	return rested
}

// wantStill checks that the arm has not left at since.
func (b *bench) wantStill(what string, at safety.Point, since safety.Instant) {
	b.wantWithin(what, at, since, b.rig.Tolerance)
}

// wantWithin checks that the arm has not gone farther than far mm from at since.
func (b *bench) wantWithin(what string, at safety.Point, since safety.Instant, far float64) {
	b.truth()
	for _, s := range b.samples(since) {
		if s.at >= since && s.position.Sub(at).Norm() > far {
			b.errorf("%s: at %v the arm has moved from %v to %v", what, s.at, at, s.position)
			return
		}
	}
}

// moving reports whether the arm has just moved: between two setpoints it may stand.
func (b *bench) moving() bool {
	const just = 50 * time.Millisecond
	return b.samples(b.now() - just)[0].position.Sub(b.truth()).Norm() > b.rig.Tolerance
}

// quiet reports whether everything that was sent is over: a controller may hold a motion back for
// a while.
func (b *bench) quiet() bool {
	sent := b.tap.motion(0)
	return len(sent) == 0 || b.now()-sent[len(sent)-1].at >= b.caps.Horizon
}
