package uarmemu

import (
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// FuzzArm: whatever comes in, in whatever pieces, the arm does not panic, its time does not
// go back, and no line has two answers.
func FuzzArm(f *testing.F) {
	for _, seed := range []string{
		"#1 G0 X180 Y0 Z150 F5000\nM410\n#2 M2000\n", "#3 M2120 V0.2\nM2122 V1\nG91\nG0 X-.5 F1\n",
		"#4294967296 G4 P10\n#\n#5\n##\nFOO\nM400\n", "M2222 X1 Y2\nP2220\nP2200\nM2232 V1\nP2232\n",
		"G2204 Z99999999999999999999999999\nG0 F-1\nG4 S-9\nM2120 V-1\nM2019\nM17\n",
	} {
		f.Add([]byte(seed), uint8(7), uint16(30))
	}
	f.Fuzz(func(t *testing.T, input []byte, piece uint8, pause uint16) {
		a := newTestArm(Config{Power: true, Booted: pause%2 == 0})
		before := a.now
		for len(input) > 0 {
			n := min(int(piece)+1, len(input))
			a.Receive(a.now, input[:n])
			input = input[n:]
			a.Advance(a.now + time.Duration(pause%500)*time.Millisecond)
			if a.now < before {
				t.Fatalf("time went from %v to %v", before, a.now)
			}
			before = a.now
			if next := a.Next(); next < a.now {
				t.Fatalf("at %v something was due at %v", a.now, next)
			}
			a.collect()
		}
		answers, lines := 0, 0
		for _, e := range a.events {
			switch {
			case e.Ev == armtest.EvLine:
				lines++
			case e.Ev == armtest.EvSent && (e.Text[0] == '$' || e.Text[:1] == "o"):
				answers++
			}
		}
		if answers > lines {
			t.Errorf("%d answers to %d lines", answers, lines)
		}
	})
}
