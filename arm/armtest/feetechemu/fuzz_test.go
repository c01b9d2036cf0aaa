package feetechemu

import (
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// FuzzBus: whatever comes over the line, in whatever pieces, time does not go
// back, nobody speaks unasked, and no joint leaves its ends or jumps.
func FuzzBus(f *testing.F) {
	for _, seed := range [][]byte{
		instruction(broadcast, instSyncRead, 56, 15, 1, 2, 3),
		append(instruction(1, instWrite, regTorque, 1, 0, 0xFF, 0x0F), instruction(broadcast, instPing)...),
		append(instruction(2, instWrite, regLock, 0), instruction(2, instWrite, regOffset, 0xFF, 0x0F)...),
		instruction(broadcast, instSyncWrite, regTorque, 4, 1, 1, 0, 0, 8, 2, 128, 0, 0, 4),
		append(instruction(1, instRegWrite, regMinAngle, 0, 0, 0, 0), instruction(broadcast, instAction)...),
	} {
		f.Add(seed, uint8(9), uint16(300))
	}
	f.Fuzz(func(t *testing.T, input []byte, piece uint8, pause uint16) {
		input = input[:min(len(input), 300)]
		b := newTestBus(t, Config{Servos: []Servo{{ID: 1, Position: 2048}, {ID: 2, Position: 100, Gravity: 150}}})
		for p := range pieces(input, int(piece)+1) {
			b.Receive(b.now, p)
			for end := b.now + us(int(pause%3000)); b.now < end; {
				b.Advance(min(end, b.Next()))
				check(t, b)
			}
		}
		for end := b.now + 50*time.Millisecond; b.Next() < end; {
			b.Advance(b.Next())
			check(t, b)
		}
		b.collect()
		if len(b.texts(armtest.EvLine)) == 0 && len(b.texts(armtest.EvSent)) > 0 {
			t.Errorf("unasked: %v", b.texts(armtest.EvSent))
		}
		var last int64
		for _, e := range b.events {
			if e.T < last {
				t.Errorf("%+v after %d", e, last)
			}
			last = e.T
		}
	})
}

func check(t *testing.T, b *testBus) {
	if b.Next() <= b.now {
		t.Fatalf("at %v the next is %v", b.now, b.Next())
	}
	for _, s := range b.servos {
		if s.at < 0 || s.at > 4095 || s.speed*s.speed > defaultMaxSpeed*defaultMaxSpeed*1.001 {
			t.Fatalf("servo at %v, %v counts/s", s.at, s.speed)
		}
	}
}

// pieces yields p in pieces of at most n bytes.
func pieces(p []byte, n int) func(func([]byte) bool) {
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
