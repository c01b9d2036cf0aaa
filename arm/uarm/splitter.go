package uarm

import "strings"

// longestLine is far above every line of the controller. What is longer is noise.
const longestLine = 256

// splitter cuts what comes in into lines.
type splitter struct {
	line []byte
	skip bool // the present line is too long
}

// split calls each with every line that b completes, without its line ending.
func (s *splitter) split(b []byte, each func(line string)) {
	for _, c := range b {
		switch {
		case c == '\n':
			if !s.skip {
				each(strings.TrimRight(string(s.line), "\r"))
			}
			s.line, s.skip = s.line[:0], false
		case len(s.line) < longestLine:
			s.line = append(s.line, c)
		default:
			s.skip = true
		}
	}
}
