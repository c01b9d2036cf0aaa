package codec

// scan decodes the plain case: one object of plain ASCII, without escapes, that
// breaks no rule. Where it returns false, r means nothing and the strict decoder
// decides.
func scan(line []byte, r *Request) bool {
	*r = Request{}
	s := scanner{line: line}
	if s.next() != '{' {
		return false
	}
	var seen fieldSet
	var v value
	for {
		f, ok := s.member(&v)
		if !ok || seen.has(f) || r.set(f, &v) != NoFault {
			return false
		}
		seen |= 1 << f
		switch s.next() {
		case ',':
		case '}':
			return s.next() == 0 && s.pos > len(line) && r.finish(seen) == Fault{}
		default:
			return false
		}
	}
}

// scanner walks over a line.
type scanner struct {
	line []byte
	pos  int
}

// next consumes blanks and the byte after them, and returns that byte. At the end
// it returns 0, and pos is past the end.
func (s *scanner) next() byte {
	for s.pos < len(s.line) {
		c := s.line[s.pos]
		s.pos++
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	s.pos = len(s.line) + 1
	return 0
}

// member reads a known member and its scalar.
func (s *scanner) member(v *value) (field, bool) {
	if s.next() != '"' {
		return 0, false
	}
	name, ok := s.text()
	if !ok || s.next() != ':' {
		return 0, false
	}
	f, ok := fieldOf(name)
	return f, ok && s.scalar(v)
}

// scalar reads a string, number or boolean.
func (s *scanner) scalar(v *value) (ok bool) {
	c := s.next()
	start := s.pos - 1
	switch {
	case c == '"':
		v.kind = kindString
		v.text, ok = s.text()
	case c == '-' || '0' <= c && c <= '9':
		var n int
		v.kind = kindNumber
		v.number, n = scanNumber(s.line[start:])
		s.pos, ok = start+n, n > 0
	case c == 't':
		v.kind, v.truth = kindBool, true
		ok = s.literal("rue")
	case c == 'f':
		v.kind, v.truth = kindBool, false
		ok = s.literal("alse")
	}
	if ok {
		v.raw = s.line[start:s.pos]
	}
	return ok
}

// text reads the characters of a string and its closing quote; the opening one is
// already consumed.
func (s *scanner) text() ([]byte, bool) {
	rest := s.line[s.pos:]
	for i, c := range rest {
		if c == '"' {
			s.pos += i + 1
			return rest[:i], true
		}
		if c < ' ' || c >= 0x80 || c == '\\' {
			break
		}
	}
	return nil, false
}

// literal consumes word if it comes next.
func (s *scanner) literal(word string) bool {
	end := s.pos + len(word)
	if end > len(s.line) || string(s.line[s.pos:end]) != word {
		return false
	}
	s.pos = end
	return true
}
