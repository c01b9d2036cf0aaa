package marlin

import "github.com/aether-arm/aetherd/safety"

type lineKind uint8

const (
	lineMove lineKind = iota
	lineAsk           // M114: where the controller is
	lineSync          // M400: answered when all motion has ended
	lineGrip
	lineMode  // G90 and G21, at a rearm
	lineQuick // M410
	lineOpen  // while opening
)

// line is one line that was sent and is not yet answered.
type line struct {
	kind    lineKind
	sent    safety.Instant
	grip    safety.Gripper // of lineGrip
	refused string         // what the controller said against it; "": nothing
}

// ledger matches answers to lines: Marlin answers every line with one ok, in order, and says
// nothing of which line it means.
type ledger struct{ lines []line }

func (l *ledger) empty() bool { return len(l.lines) == 0 }

// room reports whether another line may be sent.
func (l *ledger) room() bool { return len(l.lines) < window }

// has reports whether a line of that kind is un-acknowledged.
func (l *ledger) has(k lineKind) bool {
	for _, x := range l.lines {
		if x.kind == k {
			return true
		}
	}
	return false
}

// head returns the line that the controller answers next, nil if there is none.
func (l *ledger) head() *line {
	if l.empty() {
		return nil
	}
	return &l.lines[0]
}

func (l *ledger) add(x line) { l.lines = append(l.lines, x) }

// answer takes the oldest line: it has been answered. ok is false where none is open.
func (l *ledger) answer() (x line, ok bool) {
	if l.empty() {
		return line{}, false
	}
	x = l.lines[0]
	l.lines = append(l.lines[:0], l.lines[1:]...)
	return x, true
}

func (l *ledger) clear() { l.lines = l.lines[:0] }
