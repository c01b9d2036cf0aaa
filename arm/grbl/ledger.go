package grbl

import "github.com/aether-arm/aetherd/safety"

type lineKind uint8

const (
	lineJog lineKind = iota
	lineGrip
	lineUnlock   // $X
	lineSettings // $$ while opening
	lineSync     // $$ while stopping: its answer shows that nothing older is still to come
	lineProof    // an empty line after a stop: its answer shows that lines are taken
)

// line is one line that was sent and is not yet answered.
type line struct {
	kind lineKind
	size int // bytes with the newline
	sent safety.Instant
	grip safety.Gripper // of lineGrip
}

// ledger matches answers to lines. Grbl answers every line with exactly one ok or
// error, in order, and says nothing of which line it means.
type ledger struct {
	lines []line
	bytes int
}

func (l *ledger) empty() bool { return len(l.lines) == 0 }

// fits reports whether a line of that many bytes can be sent without running over the
// controller's buffer. Places for a sync line stay free: it is sent when answers are missing.
func (l *ledger) fits(size int) bool { return l.bytes+size <= rxBytes-len(askSettings) }

// has reports whether a line of that kind is un-acknowledged.
func (l *ledger) has(k lineKind) bool {
	for _, x := range l.lines {
		if x.kind == k {
			return true
		}
	}
	return false
}

func (l *ledger) add(x line) {
	l.lines = append(l.lines, x)
	l.bytes += x.size
}

// answer takes the oldest line: it has been answered. ok is false where none is open.
func (l *ledger) answer() (x line, ok bool) {
	if l.empty() {
		return line{}, false
	}
	x = l.lines[0]
	l.lines = append(l.lines[:0], l.lines[1:]...)
	l.bytes -= x.size
	return x, true
}

// forgetBefore drops the lines before the first of kind k: the controller dropped them
// unanswered.
func (l *ledger) forgetBefore(k lineKind) {
	for l.has(k) && l.lines[0].kind != k {
		l.answer()
	}
}

func (l *ledger) clear() { l.lines, l.bytes = l.lines[:0], 0 }
