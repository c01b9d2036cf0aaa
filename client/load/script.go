package load

import (
	"strconv"

	"github.com/aether-arm/aetherd/safety"
)

// firstID is the id of a script's first line; all ids have as many digits.
const firstID = 100_000

// script is the lines that every station sends, over and over, behind each other in memory.
// A line's id is its place, so a reply tells which request it answers; the base exchange has no ids.
type script struct {
	text []byte
	ends []int    // of each line in text
	ids  [][]byte // what a reply to each line ends with
}

// newScript has more lines than are in flight, so that a reply out of order is seen.
func newScript(c *Config) *script {
	s := &script{}
	for i := range max(64, 2*c.Depth) {
		s.text = c.appendLine(s.text, i)
		s.ends = append(s.ends, len(s.text))
		id := []byte{'}'}
		if c.Peer == Aetherd {
			id = append(strconv.AppendInt([]byte(`,"id":`), int64(firstID+i), 10), '}')
		}
		s.ids = append(s.ids, id)
	}
	return s
}

func (c *Config) appendLine(dst []byte, i int) []byte {
	dst = append(dst, `{"type":"`...)
	switch {
	case c.Request == Ping || c.Request == State:
		dst = append(dst, c.Request.String()...)
		dst = append(dst, '"')
	case c.Gripper == safety.GripperUnchanged:
		dst = append(dst, `move"`...)
		dst = appendTarget(dst, c.Targets[i%len(c.Targets)])
	default:
		dst = append(dst, `command"`...)
		dst = appendTarget(dst, c.Targets[i%len(c.Targets)])
		dst = append(dst, `,"gripper":`...)
		if c.Gripper.Partial() {
			dst = strconv.AppendInt(dst, int64(c.Gripper.Opening()), 10)
		} else {
			dst = strconv.AppendQuote(dst, c.Gripper.String())
		}
	}
	if c.Request == Check {
		dst = append(dst, `,"check":true`...)
	}
	if c.Peer == Aetherd {
		dst = append(dst, `,"id":`...)
		dst = strconv.AppendInt(dst, int64(firstID+i), 10)
	}
	return append(dst, '}', '\n')
}

func appendTarget(dst []byte, p safety.Point) []byte {
	dst = strconv.AppendFloat(append(dst, `,"x":`...), p.X, 'f', 3, 64)
	dst = strconv.AppendFloat(append(dst, `,"y":`...), p.Y, 'f', 3, 64)
	return strconv.AppendFloat(append(dst, `,"z":`...), p.Z, 'f', 3, 64)
}

// begin returns where a line begins in text.
func (s *script) begin(line int) int {
	if line == 0 {
		return 0
	}
	return s.ends[line-1]
}

// size returns the bytes of a line.
func (s *script) size(line int) int { return s.ends[line] - s.begin(line) }

// lines returns n lines from the line first on, at most up to the last line, and how many
// those are.
func (s *script) lines(first, n int) ([]byte, int) {
	n = min(n, len(s.ends)-first)
	return s.text[s.begin(first):s.ends[first+n-1]], n
}
