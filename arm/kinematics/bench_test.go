package kinematics

import (
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// steps are a whole step of 2 mm, and one that is cut short.
var steps = map[string]safety.Point{
	"whole": {X: 228, Z: 220},
	"part":  {X: 200, Y: 80, Z: 200},
}

func TestNothingIsAllocated(t *testing.T) {
	a := desk()
	from := radians(Posture{0, 90, -90, 0})
	start := a.Forward(from)
	for name, end := range steps {
		if n := testing.AllocsPerRun(100, func() {
			part, _, err := a.Step(from, start, end, 10*time.Millisecond)
			if err != nil || (part == 1) != (name == "whole") {
				t.Fatal(part, err)
			}
		}); n != 0 {
			t.Errorf("a %s step allocates %v times", name, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := a.Inverse(start, from); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("Inverse allocates %v times", n)
	}
}

func BenchmarkInverse(b *testing.B) {
	a := desk()
	near := radians(Posture{0, 90, -90, 0})
	p := a.Forward(near)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Inverse(p, near); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	a := desk()
	from := radians(Posture{0, 90, -90, 0})
	start := a.Forward(from)
	for name, end := range steps {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := a.Step(from, start, end, 10*time.Millisecond); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
