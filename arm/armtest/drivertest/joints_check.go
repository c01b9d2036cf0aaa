package drivertest

import (
	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// sameReading is the distance in mm within which a position is that of the joints: the driver
// calculates one from the other.
const sameReading = 0.001

// checkJoints checks the joints of every measurement against its position.
func (b *bench) checkJoints() {
	for _, r := range b.said(0, is(measured)) {
		if !b.fits("a measurement", r.position, r.joints) {
			return // the others are no better
		}
	}
}

// fits checks that angles are those of the arm at p. One that is not finite leads nowhere.
func (b *bench) fits(what string, p safety.Point, angles arm.Angles) bool {
	names := b.caps.Joints
	for _, angle := range angles[len(names):] {
		if angle != 0 {
			b.errorf("%s has the angles %v, of the joints %q", what, angles, names)
			return false
		}
	}
	if len(names) == 0 {
		return true
	}
	at := b.rig.Forward(angles[:len(names)])
	if !(at.Sub(p).Norm() <= sameReading) {
		b.errorf("%s has the position %v, and joints with which the arm is at %v", what, p, at)
		return false
	}
	return true
}

// checkNames checks what the joints are called.
func (b *bench) checkNames() {
	seen := map[string]bool{}
	for _, name := range b.caps.Joints {
		if name == "" || seen[name] {
			b.fatalf("the joints are %q: each needs a name of its own", b.caps.Joints)
		}
		seen[name] = true
	}
	switch n := len(seen); {
	case n > arm.MostJoints:
		b.fatalf("the joints are %q: there may be %d", b.caps.Joints, arm.MostJoints)
	case n > 0 && !b.caps.Measured:
		b.fatalf("the joints are measured, and the position is not")
	case n > 0 && b.rig.Forward == nil:
		b.fatalf("the rig does not say where the joints %q lead", b.caps.Joints)
	}
}
