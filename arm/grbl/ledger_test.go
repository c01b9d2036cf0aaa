package grbl

import (
	"testing"

	"pgregory.net/rapid"
)

// A controller that answers in order, whenever it likes, never has more than its buffer
// holds, and every answer finds its line.
func TestLedgerCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l ledger
		var sent []line // as the controller has them
		unanswered := func() (bytes int) {
			for _, x := range sent {
				bytes += x.size
			}
			return bytes
		}
		t.Repeat(map[string]func(*rapid.T){
			"send": func(t *rapid.T) {
				x := line{kind: lineJog, size: rapid.IntRange(1, lineBytes+1).Draw(t, "size")}
				if l.fits(x.size) {
					l.add(x)
					sent = append(sent, x)
				} else if l.empty() {
					t.Fatalf("%d bytes do not fit into an empty buffer", x.size)
				}
			},
			"sync": func(t *rapid.T) {
				if !l.has(lineSync) {
					x := line{kind: lineSync, size: len(askSettings)}
					l.add(x)
					sent = append(sent, x)
				}
			},
			"answer": func(t *rapid.T) {
				x, ok := l.answer()
				if ok != (len(sent) > 0) {
					t.Fatalf("an answer to %d lines: %v", len(sent), ok)
				}
				if ok && x != sent[0] {
					t.Fatalf("answered %+v, was %+v", x, sent[0])
				}
				if ok {
					sent = sent[1:]
				}
			},
			"drop": func(t *rapid.T) { // as grblHAL does, and then answers the sync
				l.forgetBefore(lineSync)
				for len(sent) > 0 && l.has(lineSync) && sent[0].kind != lineSync {
					sent = sent[1:]
				}
			},
			"reset": func(t *rapid.T) {
				l.clear()
				sent = nil
			},
			"": func(t *rapid.T) {
				if l.bytes != unanswered() || l.bytes > rxBytes || l.empty() != (len(sent) == 0) {
					t.Fatalf("%d bytes counted, %d sent in %d lines", l.bytes, unanswered(), len(sent))
				}
			},
		})
	})
}
