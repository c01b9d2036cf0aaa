package marlin

import (
	"testing"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// Accepts is called under the gate's lock, which the Feedback takes: what a panic of the
// reader has left to tell is told by the next call that is not.
func TestAcceptsTellsNothing(t *testing.T) {
	p := newPlayer(testConfig())
	p.handshake(t)
	m := &Marlin{cfg: testConfig(), link: &arm.Link{}, session: p.session, feedback: &p.said}
	p.session.alarm("left")
	near := safety.Setpoint{Position: safety.Point{X: 0.1}, Speed: 5} // nothing is sent for it
	if m.Accepts(0, near) != 1 {
		t.Error("refused")
	}
	if heard := p.said.take(); len(heard) > 0 {
		t.Errorf("under the gate's lock was told %q", heard)
	}
	if err := m.Move(0, near); err != nil {
		t.Fatal(err)
	}
	if heard := p.said.take(); len(heard) != 1 {
		t.Errorf("then was told %q", heard)
	}
}
