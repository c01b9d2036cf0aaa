package marlinemu

import (
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

var _ armtest.Machine = (*Board)(nil)

// testBoard plays a board in virtual time, without a loop.
type testBoard struct {
	*Board
	t      testing.TB
	events []armtest.Event
}

func newTestBoard(t testing.TB, cfg Config) *testBoard {
	return &testBoard{Board: New(cfg, 0), t: t}
}

// collect returns what was written, and keeps the events.
func (b *testBoard) collect() (lines []string) {
	out, events := b.Take()
	b.events = append(b.events, events...)
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	return lines
}

// send delivers bytes at once, and returns what the board says within d.
func (b *testBoard) send(text string, d time.Duration) []string {
	b.t.Helper()
	b.Receive(b.now, []byte(text))
	b.Advance(b.now + d)
	return b.collect()
}

// settle plays until the board has nothing left to do.
func (b *testBoard) settle() []string {
	b.t.Helper()
	for range 1_000_000 {
		if b.Next() == armtest.Never {
			return b.collect()
		}
		b.Advance(b.Next())
	}
	b.t.Fatal("the board does not come to rest")
	return nil
}

// has returns the events of a kind.
func (b *testBoard) has(ev string) (found []armtest.Event) {
	for _, e := range b.events {
		if e.Ev == ev {
			found = append(found, e)
		}
	}
	return found
}
