package grbl

import (
	"slices"
	"testing"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// Accepts is called under the gate's lock, which the Feedback takes: what a panic of the
// reader has left to tell is told by the next call that is not.
func TestAcceptsTellsNothing(t *testing.T) {
	p := newSessionPlayer(testConfig())
	p.handshake(t)
	g := &Grbl{cfg: testConfig(), link: &arm.Link{}, session: p.session, feedback: p.said}
	p.session.refuse("left", "over")
	here := safety.Setpoint{} // nothing is sent for it
	if g.Accepts(0, here) != 1 {
		t.Error("refused")
	}
	if heard := p.said.take(); len(heard) > 0 {
		t.Errorf("under the gate's lock was told %q", heard)
	}
	if err := g.Move(0, here); err != nil {
		t.Fatal(err)
	}
	if heard, want := p.said.take(), `alarm "left refused: over" locked=false`; !slices.Contains(heard, want) {
		t.Errorf("then was told %q, want %q", heard, want)
	}
}
