package uarm

import (
	"math"
	"strconv"
	"strings"

	"github.com/aether-arm/aetherd/safety"
)

type replyKind uint8

const (
	replyNone     replyKind = iota // nothing this driver acts on: other events, echoes, noise
	replyNumbered                  // $N …: the answer to the line #N
	replyOK                        // ok: the answer to a line without a number
	replyPosition                  // @3, where the arm is
	replyPower                     // @5, the 12 V came or went, or the arm says that it has none
	replyBanner                    // start: the controller has just started
	replyUnknown                   // a command that the firmware does not know; it has no other answer
	replyKilled                    // the controller has shut itself down
)

// reply is one line from the controller.
type reply struct {
	kind   replyKind
	number int          // of replyNumbered
	code   int          // of replyNumbered: 21 for E21, 0 for none
	data   string       // of replyNumbered: what follows ok; of replyUnknown and replyKilled: the line
	pos    safety.Point // of replyPosition, mm
	on     bool         // of replyPower
}

// parseReply classifies one line without its line ending. It never fails: a line that
// is not understood is replyNone. Noise in front of an answer or an event is passed over: it
// may have come without a line ending.
func parseReply(line string) reply {
	r := parseLine(line)
	if at := strings.LastIndexAny(line, "$@"); r.kind == replyNone && at > 0 {
		return parseLine(line[at:])
	}
	return r
}

func parseLine(line string) reply {
	switch {
	case strings.HasPrefix(line, "$"):
		return parseAnswer(line[1:])
	case line == "ok":
		return reply{kind: replyOK}
	case strings.HasPrefix(line, "@3 "):
		if p, ok := parsePoint(line[len("@3 "):]); ok {
			return reply{kind: replyPosition, pos: p}
		}
	case line == "@5 V0", strings.HasPrefix(line, "No Power Connected"):
		return reply{kind: replyPower}
	case line == "@5 V1":
		return reply{kind: replyPower, on: true}
	case line == "start":
		return reply{kind: replyBanner}
	case strings.HasPrefix(line, "echo:Unknown command"):
		return reply{kind: replyUnknown, data: line}
	case strings.Contains(line, "kill() called"):
		return reply{kind: replyKilled, data: line}
	}
	return reply{}
}

// parseAnswer parses "N ok[ data]" and "N Exx[ text]". A refused move is answered by
// "N ok Exx text" too: ok alone says nothing.
func parseAnswer(text string) reply {
	number, rest, _ := strings.Cut(text, " ")
	n, err := strconv.ParseUint(number, 10, 31)
	if err != nil {
		return reply{}
	}
	r := reply{kind: replyNumbered, number: int(n)}
	rest = strings.TrimSpace(rest)
	if rest == "ok" || strings.HasPrefix(rest, "ok ") {
		r.data = strings.TrimSpace(rest[len("ok"):])
		r.code = parseCode(r.data)
		return r
	}
	if r.code = parseCode(rest); r.code == 0 {
		return reply{}
	}
	return r
}

// parseCode returns 22 for "E22 unreachable", and 0 for what is no error.
func parseCode(text string) int {
	word, _, _ := strings.Cut(text, " ")
	if len(word) < 2 || word[0] != 'E' {
		return 0
	}
	n, err := strconv.ParseUint(word[1:], 10, 16)
	if err != nil {
		return 0
	}
	return int(n)
}

var codeWords = map[int]string{
	20: "unknown command",
	21: "wrong parameter",
	22: "out of the arm's reach",
	23: "buffer full",
	24: "no 12 V power",
	25: "failed",
	26: "not available",
}

const codeNoPower = 24

func codeText(code int) string {
	text := "E" + strconv.Itoa(code)
	if words := codeWords[code]; words != "" {
		text += " " + words
	}
	return text
}

// parsePoint parses "X154.71 Y194.92 Z10.22 R90.00", in that order or another.
func parsePoint(text string) (p safety.Point, ok bool) {
	found := 0
	for word := range strings.FieldsSeq(text) {
		var axis *float64
		switch word[0] {
		case 'X':
			axis = &p.X
		case 'Y':
			axis = &p.Y
		case 'Z':
			axis = &p.Z
		default:
			continue
		}
		if *axis, ok = parseNumber(word[1:]); !ok {
			return safety.Point{}, false
		}
		found++
	}
	return p, found == 3
}

// parseNumber parses a decimal number as the controller prints it. One that no arm comes
// to is noise.
func parseNumber(text string) (float64, bool) {
	if strings.Trim(text, "-.0123456789") != "" {
		return 0, false
	}
	const farthest = 1000 // mm
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && math.Abs(v) <= farthest
}
