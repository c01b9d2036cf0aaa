package grblemu

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// FuzzGrblAnswers: whatever comes in, in whatever pieces, the board answers
// every line that reached its RX buffer exactly once. A reset, an alarm and a
// hold may leave lines without an answer; no line gets two.
func FuzzGrblAnswers(f *testing.F) {
	for _, seed := range []string{
		"$J=X10 F3000\n\x85$J=X0 F3000\n?", "G1 X10 F3000\nM3 S5\n\x18$X\n", "G4 P0.1\n!~\n\r\n",
		"(;)G20 G91 X-.5 F1\r;x\n$$\n$#\n", "$22=1\n$H\n$20=1\nG0 X1\n\x18",
	} {
		f.Add([]byte(seed), uint8(7), uint16(30))
	}
	f.Fuzz(func(t *testing.T, input []byte, piece uint8, pause uint16) {
		b := newTestBoard(t, Config{})
		answers := 0
		count := func(lines []string) {
			for _, line := range lines {
				if line == "ok" || strings.HasPrefix(line, "error:") {
					answers++
				}
			}
		}
		for part := range slicesOf(input, int(piece)+1) {
			b.Receive(b.now, part)
			for end := b.now + time.Duration(pause%500)*time.Millisecond; b.now < end; {
				b.Advance(min(end, b.Next()))
			}
			count(b.collect())
		}
		for range 5000 {
			if b.Next() == armtest.Never {
				break
			}
			b.Advance(b.Next())
		}
		count(b.collect())
		lines, disturbed := len(b.has(armtest.EvLine)), bytes.ContainsAny(input, "\x18!\x85") || b.state == stateAlarm || b.Next() != armtest.Never
		if answers > lines || answers < lines && !disturbed {
			t.Errorf("%d answers to %d lines", answers, lines)
		}
	})
}

// slicesOf yields p in pieces of at most n bytes.
func slicesOf(p []byte, n int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(p) > 0 {
			k := min(n, len(p))
			if !yield(p[:k]) {
				return
			}
			p = p[k:]
		}
	}
}
