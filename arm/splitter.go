package arm

import "bytes"

// Splitter cuts what a Link receives into lines. A line of more than Longest bytes is noise,
// and passed over.
type Splitter struct {
	Longest int

	line []byte
	skip bool // the present line is too long
}

// Split calls each with every line that b completes, without its newline and the returns
// before it. The line is valid until each returns.
func (s *Splitter) Split(b []byte, each func(line []byte)) {
	for _, c := range b {
		switch {
		case c == '\n':
			if !s.skip {
				each(bytes.TrimRight(s.line, "\r"))
			}
			s.line, s.skip = s.line[:0], false
		case len(s.line) < s.Longest:
			s.line = append(s.line, c)
		default:
			s.skip = true
		}
	}
}
