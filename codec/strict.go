package codec

import (
	"bytes"
	"errors"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const blanks = " \t\r\n"

// maxFieldEcho is how much of an unknown member's name a reply repeats, in bytes
// before escaping.
const maxFieldEcho = 64

// decoders are reused, so that a flood of bad lines makes little garbage.
var decoders = sync.Pool{New: func() any { return jsontext.NewDecoder(new(bytes.Buffer)) }}

// decodeStrict decodes any line, and finds the exact fault.
func decodeStrict(line []byte, r *Request) Fault {
	dec := decoders.Get().(*jsontext.Decoder)
	defer decoders.Put(dec)
	dec.Reset(bytes.NewBuffer(line)) // a bytes.Buffer is read in place
	*r = Request{}
	s := strict{line: line, dec: dec, req: r}
	return s.object()
}

// strict is one run of the strict decoder. It leaves the grammar, duplicate names,
// UTF-8 and surrogate pairs to jsontext.
type strict struct {
	line []byte
	dec  *jsontext.Decoder
	req  *Request
	seen fieldSet
}

func (s *strict) object() Fault {
	switch s.dec.PeekKind() {
	case '[', '"', '0', 't', 'f', 'n':
		return Fault{Code: CodeNotAnObject}
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return s.malformed(err)
	}
	for s.dec.PeekKind() == '"' {
		if fault := s.member(); fault.Code != NoFault {
			return fault
		}
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return s.malformed(err)
	}
	if len(bytes.Trim(s.rest(), blanks)) > 0 {
		return Fault{Code: CodeTrailingBytes}
	}
	return s.req.finish(s.seen)
}

// rest is what was not read yet.
func (s *strict) rest() []byte { return s.line[s.dec.InputOffset():] }

func (s *strict) member() Fault {
	raw, err := s.dec.ReadValue()
	if err != nil {
		return s.malformed(err)
	}
	name := unquote(raw)
	f, ok := fieldOf(name)
	if !ok {
		return Fault{CodeUnknownField, truncate(name)}
	}
	s.seen |= 1 << f
	if code := s.scalar(f); code != NoFault {
		return Fault{code, f.String()}
	}
	return Fault{}
}

func (s *strict) scalar(f field) Code {
	if k := s.dec.PeekKind(); k == '{' || k == '[' {
		return CodeNestedValue
	}
	raw, err := s.dec.ReadValue()
	if err != nil {
		if notFinite(s.rest()) {
			return CodeNotFinite
		}
		return s.malformed(err).Code
	}
	end := s.dec.InputOffset()
	if rest := s.rest(); len(rest) > 0 && bytes.IndexByte([]byte(blanks+",}"), rest[0]) < 0 {
		return codeAt(rest)
	}
	// The part of the line, because jsontext lends raw only until the next read.
	raw = s.line[int(end)-len(raw) : end]
	v := value{raw: raw}
	switch jsontext.Kind(raw[0]) {
	case 'n':
		return CodeNullField
	case 't', 'f':
		v.kind, v.truth = kindBool, raw[0] == 't'
	case '"':
		v.kind, v.text = kindString, unquote(raw)
	default:
		v.kind = kindNumber
		v.number, _ = strconv.ParseFloat(string(raw), 64) // infinite with ErrRange, the only error for a JSON number
	}
	return s.req.set(f, &v)
}

// malformed turns an error of jsontext into a fault.
func (s *strict) malformed(err error) Fault {
	syntactic, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case !ok: // the line is blank
		return Fault{Code: CodeInvalidJSON}
	case syntactic.Err == jsontext.ErrDuplicateName:
		return Fault{CodeDuplicateField, syntactic.JSONPointer.LastToken()}
	}
	return Fault{Code: codeAt(s.line[syntactic.ByteOffset:])}
}

// codeAt tells bytes that are not UTF-8 from text that is not JSON; rest begins
// where the grammar was broken.
func codeAt(rest []byte) Code {
	if c, size := utf8.DecodeRune(rest); c == utf8.RuneError && size == 1 {
		return CodeInvalidUTF8
	}
	return CodeInvalidJSON
}

// notFinite reports whether rest, what follows a name, is one of the words that
// some encoders print for a number that JSON does not have.
func notFinite(rest []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(rest, blanks), []byte(":"))
	rest = bytes.TrimPrefix(bytes.TrimLeft(rest, blanks), []byte("-"))
	return ok && (bytes.HasPrefix(rest, []byte("NaN")) || bytes.HasPrefix(rest, []byte("Infinity")))
}

// unquote returns the characters of a valid JSON string. Where it can, they are
// part of it.
func unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, raw)
	return text
}

// truncate cuts a name to what a reply repeats of it, between two characters.
func truncate(name []byte) string {
	if len(name) <= maxFieldEcho {
		return string(name)
	}
	end := maxFieldEcho
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return string(name[:end])
}
