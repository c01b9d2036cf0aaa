package uarm

import (
	"slices"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// Over a real pty, with the controller in a process of its own: it opens, moves, stops where the
// arm is, and nothing moves afterwards.
func TestOverAPty(t *testing.T) {
	p := armtest.Start(t, "uarm", running)
	w, _ := newWriter(t, testConfig(), arm.Serial{Path: p.Path(), Baud: 115200}.Opener(nil))
	for range 30 {
		w.tick(safety.Point{Y: 40})
	}
	if err := w.driver.Stop(w.now()); err != nil {
		t.Fatal(err)
	}
	var heard []string
	for end := w.now() + 5*time.Second; !slices.Contains(heard, "stopped confirmed"); {
		w.wait(20 * time.Millisecond)
		if heard = append(heard, w.said.take()...); w.now() > end {
			t.Fatalf("heard %q", heard)
		}
	}
	confirmed := p.Now()
	stood := p.Last().Position()
	w.wait(300 * time.Millisecond)
	if off := w.said.position.Sub(stood).Norm(); off > 1 || stood.Y < 5 {
		t.Errorf("says that it is at %v, is at %v", w.said.position, stood)
	}
	if last := lastMotion(p); last > confirmed {
		t.Errorf("moved %v after the stop was confirmed", last-confirmed)
	}
}
