package codec

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// FuzzDecode holds the two decoders to the same answer, and checks that what parses
// prints back, fits a line, and parses the same.
func FuzzDecode(f *testing.F) {
	for _, test := range hostile {
		f.Add([]byte(test.line))
	}
	for _, line := range []string{
		canonical,
		`{"type":"move","x":1,"y":2,"z":3e2,"speed":4.5,"check":true,"notify":true,"ttl_ms":5,"id":6}`,
		`{"type":"grip","gripper":"close","ttl_ms":0.25}`,
		`{"type":"stop","id":"a"}`,
		`{"type":"reset","stop_id":18446744073709551615,"check":false}`,
		`{"type":"hello","name":"a\u00e9","version":1,"deadman_ms":150,"id":"b\\"}`,
		`{"type":"take"}`, `{"type":"release"}`, `{"type":"state"}`, `{"type":"unsubscribe"}`, `{"type":"ping"}`,
		`{"type":"subscribe","rate_hz":50}`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) { checkDecode(t, line) })
}

// TestDecodeAssembled does the same with lines that are put together from members,
// many of which make a request.
func TestDecodeAssembled(t *testing.T) {
	name := rapid.OneOf(
		rapid.SampledFrom(fieldNames[:]),
		rapid.SampledFrom([]string{`typ\u0065`, `\u0069d`, "z ", "Y", "é"}),
	)
	value := rapid.OneOf(
		rapid.SampledFrom([]string{`"open"`, `"close"`, `"clos\u0065d"`, `"é"`, `"\ud83e\udd16"`, `"\ud83e"`, `""`, `"\t"`,
			`true`, `false`, `null`, `{}`, `[]`, `NaN`, `1`, `0`, `-0`, `1e3`, `1.0`, `01`, `1.`, `1e999`, `18446744073709551616`}),
		rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?`),
		rapid.Map(rapid.SampledFrom(Types()), func(t Type) string { return `"` + t.String() + `"` }),
	)
	blank := rapid.SampledFrom([]string{"", "", "", " ", "\t\r\n"})
	rapid.Check(t, func(t *rapid.T) {
		var members []string
		add := func(name, value string) {
			members = append(members, blank.Draw(t, "blank")+`"`+name+`"`+blank.Draw(t, "blank")+":"+blank.Draw(t, "blank")+value)
		}
		kind := rapid.SampledFrom(Types()).Draw(t, "type")
		add("type", `"`+kind.String()+`"`)
		shape := shapes[kind]
		for f := fieldX; f < fieldCount; f++ {
			if shape.needs.has(f) || shape.optional.has(f) && rapid.Bool().Draw(t, f.String()) {
				add(f.String(), sampleValue(f).Draw(t, "value"))
			}
		}
		if rapid.Bool().Draw(t, "disturb") {
			add(name.Draw(t, "name"), value.Draw(t, "value"))
		}
		line := blank.Draw(t, "blank") + "{" + strings.Join(rapid.Permutation(members).Draw(t, "order"), ",") + "}" + blank.Draw(t, "blank")
		checkDecode(t, []byte(line))
	})
}

// sampleValue draws values that f takes.
func sampleValue(f field) *rapid.Generator[string] {
	switch f {
	case fieldGripper:
		return rapid.SampledFrom([]string{`"open"`, `"close"`, `"closed"`, `"\u006fpen"`, "0", "35", "99.5", "1e2"})
	case fieldCheck, fieldNotify:
		return rapid.SampledFrom([]string{"true", "false"})
	case fieldVersion:
		return rapid.Just("1")
	case fieldName, fieldID:
		return rapid.SampledFrom([]string{`"a"`, `"Zoë"`, `"\u00e9 \"q\""`, `"/\/"`})
	case fieldStopID:
		return rapid.Map(rapid.Uint64Range(1, math.MaxUint64), func(n uint64) string { return strconv.FormatUint(n, 10) })
	case fieldX, fieldY, fieldZ:
		return rapid.Map(rapid.Float64(), func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) })
	}
	return rapid.Map(rapid.Float64Range(1, 50), func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) })
}

func checkDecode(t rapid.TB, line []byte) {
	var got, want Request
	given := slices.Clone(line)
	fault := Decode(line, &got)
	if strict := decodeStrict(line, &want); fault != strict {
		t.Fatalf("fault %v %q, strict %v %q", fault.Code, fault.Field, strict.Code, strict.Field)
	}
	if diff := cmp.Diff(want, got, exactFloats); diff != "" {
		t.Fatalf("-strict +got\n%s", diff)
	}
	if !slices.Equal(line, given) {
		t.Fatalf("the line was changed to %q", line)
	}
	if reply := AppendFault(nil, fault, got.ID); fault.Code != NoFault && !json.Valid(reply) {
		t.Fatalf("reply %q", reply)
	}
	if fault.Code == NoFault {
		checkRoundTrip(t, &got)
		if !json.Valid(line) {
			t.Fatal("encoding/json refuses it")
		}
	}
}

func checkRoundTrip(t rapid.TB, r *Request) {
	t.Helper()
	printed := r.Append(nil)
	lines := cut(t, printed)
	if len(lines) != 1 {
		t.Fatalf("printed as %q", printed)
	}
	var again Request
	if fault := Decode([]byte(lines[0]), &again); fault.Code != NoFault {
		t.Fatalf("printed as %q: %v %q", printed, fault.Code, fault.Field)
	}
	if diff := cmp.Diff(*r, again, exactFloats); diff != "" {
		t.Fatalf("printed as %q: -first +again\n%s", printed, diff)
	}
}
