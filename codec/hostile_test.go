package codec

import (
	"strings"
	"testing"
)

// hostile are lines that are refused, each with its exact fault and the id that
// the reply echoes.
var hostile = []struct {
	line  string
	fault Fault
	id    string
}{
	// No object.
	{``, Fault{CodeInvalidJSON, ""}, ``},
	{` `, Fault{CodeInvalidJSON, ""}, ``},
	{"\r", Fault{CodeInvalidJSON, ""}, ``},
	{`null`, Fault{CodeNotAnObject, ""}, ``},
	{`true`, Fault{CodeNotAnObject, ""}, ``},
	{`-1`, Fault{CodeNotAnObject, ""}, ``},
	{`"stop"`, Fault{CodeNotAnObject, ""}, ``},
	{`[{"type":"stop"}]`, Fault{CodeNotAnObject, ""}, ``},
	{strings.Repeat("[", 4096), Fault{CodeNotAnObject, ""}, ``},
	{`stop`, Fault{CodeInvalidJSON, ""}, ``},
	{`NaN`, Fault{CodeInvalidJSON, ""}, ``},
	{`GET / HTTP/1.1`, Fault{CodeInvalidJSON, ""}, ``},
	{"\x16\x03\x01\x02", Fault{CodeInvalidJSON, ""}, ``},
	{"\xef\xbb\xbf" + canonical, Fault{CodeInvalidJSON, ""}, ``},
	{"\xff\xfe{", Fault{CodeInvalidUTF8, ""}, ``},
	{"\x00" + canonical, Fault{CodeInvalidJSON, ""}, ``},

	// Broken objects.
	{`{`, Fault{CodeInvalidJSON, ""}, ``},
	{`{]`, Fault{CodeInvalidJSON, ""}, ``},
	{`{,}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"type`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"type"`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type"}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type",`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":,}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":]`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type" "stop"}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type"::"stop"}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type"="stop"}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"stop`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"stop"`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"type":"stop",`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"type":"stop",}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"type":"stop",,"id":1}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"type":"stop";"id":1}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"stop" "id":1}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"type":"stop""id":1}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"stop"]`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"stop" ]`, Fault{CodeInvalidJSON, ""}, ``},
	{`{'type':'stop'}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"type":'stop'}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{type:"stop"}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{1:"stop"}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{null:"stop"}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{{}:"stop"}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"type":"stop"/*now*/}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"stop"} // now`, Fault{CodeTrailingBytes, ""}, ``},
	{`{"type":"stop"}}`, Fault{CodeTrailingBytes, ""}, ``},
	{`{"type":"stop","id":1}{"type":"stop"}`, Fault{CodeTrailingBytes, ""}, `1`},
	{`{"type":"stop"},`, Fault{CodeTrailingBytes, ""}, ``},
	{"{\"type\":\"stop\"}\x00", Fault{CodeTrailingBytes, ""}, ``},
	{"{\"type\":\"stop\"}\xff", Fault{CodeTrailingBytes, ""}, ``},
	{"{\"type\":\"stop\"\x00}", Fault{CodeInvalidJSON, "type"}, ``},
	{"{\"type\":\"stop\"\u00a0}", Fault{CodeInvalidJSON, "type"}, ``},
	{"{\"type\":\"stop\" \v}", Fault{CodeInvalidJSON, ""}, ``},

	// Numbers.
	{`{"x":01}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":-01}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":00}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":1.}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":.5}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":-.5}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":-}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":+1}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":--1}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":1e}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":1e+}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":1e1.5}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":1,5}`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"x":1_000}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":0x10}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":0b1}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":1mm}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":1`, Fault{CodeInvalidJSON, ""}, ``},
	{`{"x":-`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":１}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":1e999}`, Fault{CodeNumberOverflow, "x"}, ``},
	{`{"x":-1e309}`, Fault{CodeNumberOverflow, "x"}, ``},
	{`{"x":1` + strings.Repeat("0", 400) + `}`, Fault{CodeNumberOverflow, "x"}, ``},
	{`{"x":NaN}`, Fault{CodeNotFinite, "x"}, ``},
	{`{"id":3,"x": Infinity}`, Fault{CodeNotFinite, "x"}, `3`},
	{`{"x" :-Infinity}`, Fault{CodeNotFinite, "x"}, ``},
	{`{"x":+Infinity}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":nan}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":nNaN}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x" NaN}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":inf}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":undefined}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":"NaN"}`, Fault{CodeWrongType, "x"}, ``},

	// Literals.
	{`{"x":null}`, Fault{CodeNullField, "x"}, ``},
	{`{"x":nul}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":nullx}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"x":Null}`, Fault{CodeInvalidJSON, "x"}, ``},
	{`{"check":tru}`, Fault{CodeInvalidJSON, "check"}, ``},
	{`{"check":True}`, Fault{CodeInvalidJSON, "check"}, ``},
	{`{"check":truefalse}`, Fault{CodeInvalidJSON, "check"}, ``},
	{`{"check":1}`, Fault{CodeWrongType, "check"}, ``},
	{`{"notify":"true"}`, Fault{CodeWrongType, "notify"}, ``},
	{`{"id":null}`, Fault{CodeNullField, "id"}, ``},

	// Strings.
	{"{\"type\":\"st\rop\"}", Fault{CodeInvalidJSON, "type"}, ``},
	{"{\"type\":\"st\top\"}", Fault{CodeInvalidJSON, "type"}, ``},
	{"{\"type\":\"st\x00op\"}", Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"st\x6fp"}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"st\u006"}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"st\U0000006f"}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"st\'op"}`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"stop\`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"stop\"`, Fault{CodeInvalidJSON, "type"}, ``},
	{`{"type":"stop\u0000"}`, Fault{CodeUnknownType, "type"}, ``},
	{`{"name":"\ud800"}`, Fault{CodeInvalidJSON, "name"}, ``},
	{`{"name":"\udc00\ud800"}`, Fault{CodeInvalidJSON, "name"}, ``},
	{`{"name":"\ud83ex"}`, Fault{CodeInvalidJSON, "name"}, ``},
	{`{"\udead":1}`, Fault{CodeInvalidJSON, ""}, ``},
	{"{\"name\":\"\xff\"}", Fault{CodeInvalidUTF8, "name"}, ``},
	{"{\"name\":\"\xc0\xaf\"}", Fault{CodeInvalidUTF8, "name"}, ``},     // overlong '/'
	{"{\"name\":\"\xed\xa0\x80\"}", Fault{CodeInvalidUTF8, "name"}, ``}, // encoded surrogate
	{"{\"name\":\"\xf4\x90\x80\x80\"}", Fault{CodeInvalidUTF8, "name"}, ``},
	{"{\"name\":\"\xe2\x82", Fault{CodeInvalidUTF8, "name"}, ``},
	{"{\"\xff\":1}", Fault{CodeInvalidUTF8, ""}, ``},
	{"{\"x\":1\xff}", Fault{CodeInvalidUTF8, "x"}, ``},
	{"{\"x\":\xff}", Fault{CodeInvalidUTF8, "x"}, ``},
	{`{"name":""}`, Fault{CodeInvalidValue, "name"}, ``},
	{`{"name":"a\nb"}`, Fault{CodeInvalidValue, "name"}, ``},
	{"{\"name\":\"a\x7f\"}", Fault{CodeInvalidValue, "name"}, ``},
	{`{"name":"a\u202eb"}`, Fault{CodeInvalidValue, "name"}, ``}, // turns the rest of a line around
	{`{"name":"` + strings.Repeat("n", MaxName+1) + `"}`, Fault{CodeInvalidValue, "name"}, ``},
	{`{"name":"` + strings.Repeat(`\u00e9`, 33) + `"}`, Fault{CodeInvalidValue, "name"}, ``},

	// Nesting.
	{`{"x":{}}`, Fault{CodeNestedValue, "x"}, ``},
	{`{"x":[1]}`, Fault{CodeNestedValue, "x"}, ``},
	{`{"x":` + strings.Repeat("[", 4000), Fault{CodeNestedValue, "x"}, ``},
	{`{"id":{"id":1}}`, Fault{CodeNestedValue, "id"}, ``},
	{strings.Repeat(`{"type":`, 500), Fault{CodeNestedValue, "type"}, ``},

	// Members.
	{`{"w":1}`, Fault{CodeUnknownField, "w"}, ``},
	{`{"X":1}`, Fault{CodeUnknownField, "X"}, ``},
	{`{"Type":"stop"}`, Fault{CodeUnknownField, "Type"}, ``},
	{`{"":1}`, Fault{CodeUnknownField, ""}, ``},
	{`{"type ":1}`, Fault{CodeUnknownField, "type "}, ``},
	{`{"a\"b\n":1}`, Fault{CodeUnknownField, "a\"b\n"}, ``},
	{`{"w":[[[`, Fault{CodeUnknownField, "w"}, ``},
	{`{"` + strings.Repeat("é", 40) + `":1}`, Fault{CodeUnknownField, strings.Repeat("é", 32)}, ``},
	{`{"a` + strings.Repeat("é", 40) + `":1}`, Fault{CodeUnknownField, "a" + strings.Repeat("é", 31)}, ``},
	{`{"x":1,"x":1}`, Fault{CodeDuplicateField, "x"}, ``},
	{`{"x":1,"\u0078":1}`, Fault{CodeDuplicateField, "x"}, ``},
	{`{"\u0069d":1,"id":2}`, Fault{CodeDuplicateField, "id"}, `1`},
	{`{"type":"stop","type":"move"}`, Fault{CodeDuplicateField, "type"}, ``},

	// Values.
	{`{"type":1}`, Fault{CodeWrongType, "type"}, ``},
	{`{"type":"Stop"}`, Fault{CodeUnknownType, "type"}, ``},
	{`{"type":""}`, Fault{CodeUnknownType, "type"}, ``},
	{`{"x":"1"}`, Fault{CodeWrongType, "x"}, ``},
	{`{"x":true}`, Fault{CodeWrongType, "x"}, ``},
	{`{"gripper":"Open"}`, Fault{CodeInvalidValue, "gripper"}, ``},
	{`{"gripper":true}`, Fault{CodeWrongType, "gripper"}, ``},
	{`{"gripper":"35"}`, Fault{CodeInvalidValue, "gripper"}, ``},
	{`{"gripper":-0.1}`, Fault{CodeInvalidValue, "gripper"}, ``},
	{`{"gripper":100.1}`, Fault{CodeInvalidValue, "gripper"}, ``},
	{`{"gripper":1e999}`, Fault{CodeNumberOverflow, "gripper"}, ``},
	{`{"speed":0}`, Fault{CodeInvalidValue, "speed"}, ``},
	{`{"speed":-1}`, Fault{CodeInvalidValue, "speed"}, ``},
	{`{"ttl_ms":0}`, Fault{CodeInvalidValue, "ttl_ms"}, ``},
	{`{"ttl_ms":86400001}`, Fault{CodeInvalidValue, "ttl_ms"}, ``},
	{`{"deadman_ms":0.999}`, Fault{CodeInvalidValue, "deadman_ms"}, ``},
	{`{"deadman_ms":1e300}`, Fault{CodeInvalidValue, "deadman_ms"}, ``},
	{`{"rate_hz":0}`, Fault{CodeInvalidValue, "rate_hz"}, ``},
	{`{"rate_hz":50.001}`, Fault{CodeInvalidValue, "rate_hz"}, ``},
	{`{"rate_hz":0.0099}`, Fault{CodeInvalidValue, "rate_hz"}, ``},
	{`{"stop_id":0}`, Fault{CodeInvalidValue, "stop_id"}, ``},
	{`{"stop_id":-3}`, Fault{CodeInvalidValue, "stop_id"}, ``},
	{`{"stop_id":1.0}`, Fault{CodeWrongType, "stop_id"}, ``},
	{`{"stop_id":1e3}`, Fault{CodeWrongType, "stop_id"}, ``},
	{`{"stop_id":"1"}`, Fault{CodeWrongType, "stop_id"}, ``},
	{`{"stop_id":18446744073709551616}`, Fault{CodeNumberOverflow, "stop_id"}, ``},
	{`{"version":2}`, Fault{CodeUnsupportedVersion, "version"}, ``},
	{`{"version":-1}`, Fault{CodeUnsupportedVersion, "version"}, ``},
	{`{"version":1.0}`, Fault{CodeWrongType, "version"}, ``},
	{`{"version":"1"}`, Fault{CodeWrongType, "version"}, ``},
	{`{"id":1.5}`, Fault{CodeWrongType, "id"}, ``},
	{`{"id":1e5}`, Fault{CodeWrongType, "id"}, ``},
	{`{"id":true}`, Fault{CodeWrongType, "id"}, ``},
	{`{"id":01}`, Fault{CodeInvalidJSON, "id"}, ``},
	{`{"id":` + strings.Repeat("1", MaxID+1) + `}`, Fault{CodeInvalidValue, "id"}, ``},
	{`{"id":"` + strings.Repeat("a", MaxID-1) + `"}`, Fault{CodeInvalidValue, "id"}, ``},
	{`{"id":1` + strings.Repeat("0", 400) + `}`, Fault{CodeInvalidValue, "id"}, ``},

	// Whole requests but for one byte.
	{`{"type":"stop","id":1,"id":2}`, Fault{CodeDuplicateField, "id"}, `1`},
	{`{"type":"stop","type":"stop"}`, Fault{CodeDuplicateField, "type"}, ``},
	{"{\"type\":\"stop\",\"id\":\"\xff\"}", Fault{CodeInvalidUTF8, "id"}, ``},
	{"{\"type\":\"stop\",\"id\":\"\x1f\"}", Fault{CodeInvalidJSON, "id"}, ``},
	{`{"type":"stop","id":"\z"}`, Fault{CodeInvalidJSON, "id"}, ``},
	{"\ufeff{\"type\":\"stop\"}", Fault{CodeInvalidJSON, ""}, ``},
	{`{"type":"stop"}x`, Fault{CodeTrailingBytes, ""}, ``},

	// The whole request.
	{`{}`, Fault{CodeMissingField, "type"}, ``},
	{`{"id":1}`, Fault{CodeMissingField, "type"}, `1`},
	{`{"type":"command","x":120.0}`, Fault{CodeMissingField, "y"}, ``},
	{`{"type":"stop","check":true}`, Fault{CodeUnknownField, "check"}, ``},
	{`{"notify":true,"type":"grip","gripper":"open"}`, Fault{CodeMissingField, "id"}, ``},

	// Several offences.
	{`{"x":1,"speed":null,"ttl_ms":[]}`, Fault{CodeNullField, "speed"}, ``},
	{`{"x":null,"id":5}`, Fault{CodeNullField, "x"}, ``},
	{`{"id":5,"x":null}`, Fault{CodeNullField, "x"}, `5`},
	{`{"type":"ping","speed":-1}`, Fault{CodeInvalidValue, "speed"}, ``},
	{`{"type":"ping","z":1,"x":1} x`, Fault{CodeTrailingBytes, ""}, ``},
	{`{"type":"ping","z":1,"x":1}`, Fault{CodeUnknownField, "x"}, ``},
	{`{"type":"move","gripper":"open","id":"é"}`, Fault{CodeUnknownField, "gripper"}, `"é"`},
	{`{"type":"command","notify":true}`, Fault{CodeMissingField, "x"}, ``},
	{`{"x":1,"x":null}`, Fault{CodeDuplicateField, "x"}, ``},
	{`{"speed":-01}`, Fault{CodeInvalidJSON, "speed"}, ``},
}

func TestDecodeHostile(t *testing.T) {
	for _, test := range hostile {
		for _, line := range []string{test.line, complete(test.line)} {
			r := Request{ID: []byte("stale")}
			fault := Decode([]byte(line), &r)
			if fault != test.fault || string(r.ID) != test.id {
				t.Errorf("%.100q: got %v %q id %s, want %v %q id %s", line,
					fault.Code, fault.Field, r.ID, test.fault.Code, test.fault.Field, test.id)
			}
		}
	}
}

// complete puts in front of the first member what makes the line a request but for
// its offence, which thus is all that can be wrong with it.
func complete(line string) string {
	member, _, _ := strings.Cut(strings.TrimPrefix(line, `{"`), `"`)
	before, ok := map[string]string{
		"x":          `"type":"command","y":1,"z":2,"gripper":"open"`,
		"\\u0069d":   `"type":"ping"`,
		"id":         `"type":"ping"`,
		"gripper":    `"type":"grip"`,
		"speed":      `"type":"move","x":1,"y":2,"z":3`,
		"ttl_ms":     `"type":"ping"`,
		"check":      `"type":"take"`,
		"notify":     `"type":"grip","gripper":"open"`,
		"stop_id":    `"type":"reset"`,
		"rate_hz":    `"type":"subscribe"`,
		"name":       `"type":"hello"`,
		"version":    `"type":"hello"`,
		"deadman_ms": `"type":"hello"`,
	}[member]
	if !ok || strings.Contains(line, `"type"`) || line == `{"id":1}` {
		return line
	}
	return "{" + before + "," + line[1:]
}
