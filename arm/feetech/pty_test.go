package feetech

import (
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// Over a real pty, with the servos in a process of its own: it opens, moves, stops where the
// arm is, and nothing moves afterwards.
func TestOverAPty(t *testing.T) {
	c := testConfig()
	p := armtest.Start(t, "feetech", busConfig(c, testStart))
	w := newWriterOn(t, c, p, arm.Serial{Path: p.Path(), Baud: 1000000}.Opener(nil))
	w.drive(safety.Point{Y: -60}, 50)
	w.must(w.driver.Stop(w.now()))
	for w.velocity != (safety.Point{}) {
		w.tick(safety.Point{}, true)
	}
	for end := w.now() + 5*time.Second; ; w.serve(20 * time.Millisecond) {
		if heard := w.said.take(); len(heard) > 0 && heard[0] == "stopped confirmed" {
			break
		} else if len(heard) > 0 || w.now() > end || w.failed != nil {
			t.Fatalf("heard %q, %v", heard, w.failed)
		}
	}
	stood, events := where(c)(p.Last()), len(p.Events())
	w.serve(300 * time.Millisecond)
	if off := w.said.position.Sub(stood).Norm(); off > 1 || stood.Y > testStart.Y-5 {
		t.Errorf("says that it is at %v, is at %v", w.said.position, stood)
	}
	for _, e := range p.Events()[events:] {
		if e.Ev == armtest.EvStart || where(c)(e).Sub(stood).Norm() > 1 {
			t.Errorf("moved after the stop was confirmed: %+v", e)
		}
	}
}
