package roarm

import (
	"slices"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/roarmemu"
	"github.com/aether-arm/aetherd/safety"
)

// Over a real pty and in real time, the arm is opened, moves, and stops.
func TestPty(t *testing.T) {
	p := armtest.Start(t, "roarm", roarmemu.Config{Accel: accel})
	w, opened := newWriter(t, testConfig(), arm.Serial{Path: p.Path(), Baud: 115200}.Opener(nil))
	for range 40 {
		w.tick(safety.Point{Y: opened.MaxSpeed})
	}
	w.brake()
	for heard, end := []string(nil), w.now()+3*time.Second; !slices.Contains(heard, "stopped confirmed"); heard = append(heard, w.said.take()...) {
		if w.until(w.now() + testTick); w.failed != nil || w.now() > end {
			t.Fatalf("not confirmed: %v, heard %v", w.failed, heard)
		}
	}
	at, _ := w.said.where()
	if went := at.Sub(opened.Position); went.Y < 20 {
		t.Errorf("went %v", went)
	}
	if off := p.Last().Position().Sub(at).Norm(); off > rounding {
		t.Errorf("is at %v, says %v", p.Last().Position(), at)
	}
}
