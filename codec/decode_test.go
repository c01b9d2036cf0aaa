package codec

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
	"github.com/google/go-cmp/cmp"
)

const canonical = `{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":"open"}`

func TestDecodeRequests(t *testing.T) {
	target := safety.Point{X: 120, Y: 35.5, Z: 210}
	tests := []struct {
		line string
		want Request
	}{
		{canonical,
			Request{Type: TypeCommand, Target: target, Gripper: safety.GripperOpen}},
		{`{"gripper":"close","z":210,"y":35.5,"x":1.2e2,"type":"command"}`,
			Request{Type: TypeCommand, Target: target, Gripper: safety.GripperClosed}},
		{" {\t\"type\" : \"command\" , \"x\":120, \"y\":35.5,\r\"z\":210, \"gripper\":\"closed\" , \"id\" : \"a\\u0062\" } ",
			Request{Type: TypeCommand, Target: target, Gripper: safety.GripperClosed, ID: []byte(`"a\u0062"`)}},
		{`{"\u0074ype":"m\u006fve","x":120,"y":35.5,"z":210}`,
			Request{Type: TypeMove, Target: target}},
		{`{"type":"move","x":120,"y":35.5,"z":210,"speed":0.5,"notify":true,"check":false,"ttl_ms":86400000,"id":-7}`,
			Request{Type: TypeMove, Target: target, Speed: 0.5, Notify: true, TTL: 24 * time.Hour, ID: []byte(`-7`)}},
		{`{"type":"move","x":-0,"y":1e-400,"z":-0.0e5}`,
			Request{Type: TypeMove, Target: safety.Point{X: math.Copysign(0, -1), Z: math.Copysign(0, -1)}}},
		{`{"type":"grip","gripper":"open","check":true,"ttl_ms":0.0000001}`,
			Request{Type: TypeGrip, Gripper: safety.GripperOpen, Check: true, TTL: 1}},
		{`{"type":"grip","gripper":"open","ttl_ms":150.25}`,
			Request{Type: TypeGrip, Gripper: safety.GripperOpen, TTL: 150250 * time.Microsecond}},
		{`{"type":"stop"}`,
			Request{Type: TypeStop}},
		{`{"type":"stop","name":"pendant"}`,
			Request{Type: TypeStop, Name: []byte("pendant")}},
		{`{"type":"stop","id":""}`,
			Request{Type: TypeStop, ID: []byte(`""`)}},
		{`{"type":"reset","stop_id":18446744073709551615,"check":true}`,
			Request{Type: TypeReset, StopID: math.MaxUint64, Check: true}},
		{`{"type":"hello"}`,
			Request{Type: TypeHello}},
		{`{"type":"hello","name":"laptop 2","version":1,"deadman_ms":1}`,
			Request{Type: TypeHello, Name: []byte("laptop 2"), Deadman: time.Millisecond}},
		{`{"type":"hello","name":"Zoë \ud83e\udd16","deadman_ms":150.5}`,
			Request{Type: TypeHello, Name: []byte("Zoë 🤖"), Deadman: 150500 * time.Microsecond}},
		{`{"type":"hello","name":"` + strings.Repeat("é", 32) + `"}`,
			Request{Type: TypeHello, Name: []byte(strings.Repeat("é", 32))}},
		{`{"type":"take","check":true,"ttl_ms":1}`,
			Request{Type: TypeTake, Check: true, TTL: time.Millisecond}},
		{`{"type":"release","check":true}`,
			Request{Type: TypeRelease, Check: true}},
		{`{"type":"state","id":` + strings.Repeat("9", MaxID) + `}`,
			Request{Type: TypeState, ID: []byte(strings.Repeat("9", MaxID))}},
		{`{"type":"subscribe"}`,
			Request{Type: TypeSubscribe, RateHz: 10}},
		{`{"type":"subscribe","rate_hz":50}`,
			Request{Type: TypeSubscribe, RateHz: 50}},
		{`{"type":"unsubscribe","ttl_ms":5}`,
			Request{Type: TypeUnsubscribe, TTL: 5 * time.Millisecond}},
		{`{"type":"ping","id":"` + strings.Repeat("a", MaxID-2) + `"}`,
			Request{Type: TypePing, ID: []byte(`"` + strings.Repeat("a", MaxID-2) + `"`)}},
	}
	for _, test := range tests {
		var got Request
		if fault := Decode([]byte(test.line), &got); fault != (Fault{}) {
			t.Errorf("%s: %v %q", test.line, fault.Code, fault.Field)
			continue
		}
		if diff := cmp.Diff(test.want, got, exactFloats); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.line, diff)
		}
	}
}

// exactFloats compares float64s to the bit: 0 is not -0.
var exactFloats = cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })

// TestDecodeReusesRequest checks that nothing of a line is left for the next one.
func TestDecodeReusesRequest(t *testing.T) {
	var got Request
	lines := []string{
		`{"type":"move","x":1,"y":2,"z":3,"speed":4,"check":true,"notify":true,"ttl_ms":5,"id":6}`,
		`{"type":"hello","name":"a","deadman_ms":7,"id":"b"}`,
		`{"type":"subscribe"}`,
		`{"type":"reset","stop_id":8}`,
		`{"type":"ping"}`,
	}
	for _, line := range lines {
		if fault := Decode([]byte(line), &got); fault != (Fault{}) {
			t.Fatalf("%s: %v", line, fault)
		}
	}
	if diff := cmp.Diff(Request{Type: TypePing}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestShapes tries every member with every type: it is taken, asked for, or refused
// by name, as the table in the package's documentation says.
func TestShapes(t *testing.T) {
	values := [fieldCount]string{
		fieldX: "1", fieldY: "2", fieldZ: "3", fieldGripper: `"open"`, fieldSpeed: "4", fieldStopID: "5",
		fieldName: `"n"`, fieldVersion: "1", fieldDeadman: "6", fieldRate: "7", fieldCheck: "true",
		fieldNotify: "false", fieldTTL: "8", fieldID: "9",
	}
	documented := map[string][2]string{
		"command":     {"x y z gripper", "check notify ttl_ms id"},
		"move":        {"x y z", "speed check notify ttl_ms id"},
		"grip":        {"gripper", "check notify ttl_ms id"},
		"stop":        {"", "name ttl_ms id"},
		"reset":       {"stop_id", "check ttl_ms id"},
		"hello":       {"", "name version deadman_ms ttl_ms id"},
		"take":        {"", "check ttl_ms id"},
		"release":     {"", "check ttl_ms id"},
		"relax":       {"", "check ttl_ms id"},
		"state":       {"", "ttl_ms id"},
		"subscribe":   {"", "rate_hz ttl_ms id"},
		"unsubscribe": {"", "ttl_ms id"},
		"ping":        {"", "ttl_ms id"},
	}
	if len(documented) != len(Types()) {
		t.Errorf("%d types, documented are %d", len(Types()), len(documented))
	}
	for name, members := range documented {
		needs, optional := strings.Fields(members[0]), strings.Fields(members[1])
		line := func(without string, more ...string) string {
			out := `{"type":"` + name + `"`
			for _, member := range append(needs, more...) {
				f, _ := fieldOf([]byte(member))
				if member != without {
					out += `,"` + member + `":` + values[f]
				}
			}
			return out + "}"
		}
		expect(t, line(""), Fault{})
		expect(t, line("", optional...), Fault{})
		for _, member := range needs {
			expect(t, line(member), Fault{CodeMissingField, member})
		}
		for f := fieldX; f < fieldCount; f++ {
			if !strings.Contains(" "+members[0]+" "+members[1]+" ", " "+f.String()+" ") {
				expect(t, line("", f.String()), Fault{CodeUnknownField, f.String()})
			}
		}
	}
}

func expect(t *testing.T, line string, want Fault) {
	t.Helper()
	var r Request
	if got := Decode([]byte(line), &r); got != want {
		t.Errorf("%.200s: got %v %q, want %v %q", line, got.Code, got.Field, want.Code, want.Field)
	}
}
