package marlinemu

import (
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// FuzzBoard: whatever comes in, in whatever pieces, time does not go back, no line is answered
// twice, and the board stays finite.
func FuzzBoard(f *testing.F) {
	for _, seed := range []string{
		"G1 X10 F3000\nM410\nM114 R\n", "N1 G28*18\nN1 M112*35\nM400\n", "G91\nG1 X1Y-2 Z.5 F600\nG4 P10\nM84\n",
		"M201 X0\nM204 T-5\nG1 X1e9 F1e-9\n", "M3 S5\nM106\nG1X5\nM107\nM154 S1\nM154\n", ";x\r\n\r\nM115\nM503\n*\nN*\nG\n",
	} {
		f.Add([]byte(seed), uint8(7), uint16(30), uint8(0))
	}
	f.Fuzz(func(t *testing.T, input []byte, piece uint8, pause uint16, flags uint8) {
		cfg := Config{Realtime: flags&1 != 0, EmergencyParser: flags&2 != 0}
		if flags&4 != 0 {
			cfg.Version = "1.1.9"
		}
		b := newTestBoard(t, cfg)
		answers := 0
		play := func(d time.Duration) {
			for end := b.now + d; b.now < end; {
				b.Advance(min(end, b.Next()))
			}
			for _, line := range b.collect() {
				if line == "ok" {
					answers++
				}
			}
		}
		for len(input) > 0 {
			n := min(int(piece)+1, len(input))
			b.Receive(b.now, input[:n])
			input = input[n:]
			play(time.Duration(pause%500) * time.Millisecond)
		}
		play(3 * time.Second)
		if lines := len(b.has(armtest.EvLine)); answers > lines {
			t.Errorf("%d answers to %d lines", answers, lines)
		}
		var last int64
		for _, e := range b.events {
			if e.T < last || !e.Position().Finite() || e.V < 0 || e.Ev == EvQueued && strings.Contains(e.Text, "NaN") {
				t.Fatalf("%+v after %d", e, last)
			}
			last = e.T
		}
	})
}
