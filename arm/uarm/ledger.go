package uarm

import (
	"slices"

	"github.com/aether-arm/aetherd/safety"
)

type lineKind uint8

const (
	lineMove    lineKind = iota // G0
	lineClear                   // M2000
	lineStream                  // M2120
	lineMoving                  // M2200
	lineName                    // P2203
	lineGrip                    // M2232 or M2231
	lineGripped                 // P2232 or P2231
	lineRelax                   // M2019
	lineHold                    // M17
)

// line is one numbered line that was sent and is not yet answered.
type line struct {
	number int
	kind   lineKind
	text   string // without its number
	sent   safety.Instant
}

// openLines is how many lines may be un-acknowledged. The controller queues four (BUFSIZE),
// and reads no further while they wait: an M410 has to find room.
const openLines = 2

// ledger matches answers to lines by their number.
type ledger struct {
	lines []line
	last  int // number of the latest line
}

func (l *ledger) has(k lineKind) bool {
	return slices.ContainsFunc(l.lines, func(x line) bool { return x.kind == k })
}

func (l *ledger) full() bool { return len(l.lines) >= openLines }

// add notes a line, and returns its number.
func (l *ledger) add(now safety.Instant, k lineKind, text string) int {
	const wrap = 10000 // keeps lines short
	l.last = l.last%(wrap-1) + 1
	l.lines = append(l.lines, line{number: l.last, kind: k, text: text, sent: now})
	return l.last
}

// answer takes the line of that number. ok is false where none is open: noise, or a line
// that was forgotten.
func (l *ledger) answer(number int) (x line, ok bool) {
	i := slices.IndexFunc(l.lines, func(x line) bool { return x.number == number })
	if i < 0 {
		return line{}, false
	}
	x = l.lines[i]
	l.lines = slices.Delete(l.lines, i, i+1)
	return x, true
}

// oldest takes the line that the controller is at.
func (l *ledger) oldest() (x line, ok bool) {
	if len(l.lines) == 0 {
		return line{}, false
	}
	return l.answer(l.lines[0].number)
}

func (l *ledger) clear() { l.lines = l.lines[:0] }
