package marlinemu

import (
	"strconv"
	"strings"
)

// command is a parsed line: a letter with its number, and the parameters.
type command struct {
	text  string // as it came, without line number and checksum
	name  string // "G1"; "" for what is none
	words []word
}

type word struct {
	letter byte
	number string // "" for a letter alone
}

// parseCommand reads a line as Marlin's parser does: capitals only, blanks between words.
func parseCommand(text string) command {
	text = strings.TrimLeft(text, " ")
	if strings.HasPrefix(text, "N") {
		text = strings.TrimLeft(text[1:], "0123456789-")
		text = strings.TrimLeft(text, " ")
	}
	c := command{text: strings.TrimRight(text, " ")}
	rest := c.text
	if rest == "" || !strings.ContainsRune("GMT", rune(rest[0])) {
		return c
	}
	first, rest := cutWord(rest)
	if first.number == "" {
		return c
	}
	c.name = string(first.letter) + strings.TrimLeft(first.number, "0")
	if len(c.name) == 1 {
		c.name += "0"
	}
	for rest = strings.TrimLeft(rest, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		var w word
		w, rest = cutWord(rest)
		if w.letter >= 'A' && w.letter <= 'Z' {
			c.words = append(c.words, w)
		}
	}
	return c
}

// cutWord takes a letter and the number behind it, if there is one.
func cutWord(text string) (w word, rest string) {
	w.letter, rest = text[0], strings.TrimLeft(text[1:], " ")
	end := 0
	for end < len(rest) && strings.IndexByte("+-.0123456789", rest[end]) >= 0 {
		end++
	}
	w.number = rest[:end]
	return w, rest[end:]
}

// seen reports whether a parameter is there.
func (c command) seen(letter byte) bool {
	for _, w := range c.words {
		if w.letter == letter {
			return true
		}
	}
	return false
}

// value returns a parameter's number, as strtof reads it, and whether it has one.
func (c command) value(letter byte) (v float64, ok bool) {
	for _, w := range c.words {
		if w.letter == letter && w.number != "" {
			return leadingFloat(w.number), true
		}
	}
	return 0, false
}

func (c command) valueOr(letter byte, otherwise float64) float64 {
	if v, ok := c.value(letter); ok {
		return v
	}
	return otherwise
}

// most bounds numbers to what a 32-bit step counter holds, in mm.
const most = 1e6

// leadingFloat returns the longest number that text begins with.
func leadingFloat(text string) float64 {
	for ; text != ""; text = text[:len(text)-1] {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			return min(max(v, -most), most)
		}
	}
	return 0
}
