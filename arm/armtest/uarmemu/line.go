package uarmemu

import (
	"strconv"
	"strings"
)

// line is a parsed line.
type line struct {
	number uint64 // of #n; 0: none
	text   string // without #n
	code   string // letter and number, "G0"
	args   string
}

// parse takes a line apart as process_next_command does: upper case, and #n in front.
func parse(text string) (l line) {
	text = strings.TrimLeft(text, " ")
	if strings.HasPrefix(text, "#") {
		digits := countDigits(text[1:])
		l.number, _ = strconv.ParseUint(text[1:1+digits], 10, 32)
		text = strings.TrimLeft(text[1+digits:], " ")
	}
	l.text = text
	if text == "" {
		return l
	}
	rest := strings.TrimLeft(text[1:], " ")
	digits := countDigits(rest)
	if digits == 0 {
		return l
	}
	number := strings.TrimLeft(rest[:digits], "0")
	if number == "" {
		number = "0"
	}
	l.code = text[:1] + number
	l.args = strings.TrimLeft(rest[digits:], " ")
	return l
}

func countDigits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}

// value returns the number behind a letter, 0 for one that has none, as strtod does.
func (l line) value(letter byte) (v float64, given bool) {
	_, after, given := strings.Cut(l.args, string(letter))
	if !given {
		return 0, false
	}
	after = strings.TrimLeft(after, " ")
	end := 0
	for end < len(after) && strings.IndexByte("+-.0123456789", after[end]) >= 0 {
		end++
	}
	v, _ = strconv.ParseFloat(after[:end], 64)
	return v, true
}

// on reports whether the value of V is not 0.
func (l line) on() bool {
	v, _ := l.value('V')
	return v >= 1
}

// synchronizes reports whether the line is done only when all motion is.
func (l line) synchronizes() bool { return l.code == "M400" || l.code == "G2203" }
