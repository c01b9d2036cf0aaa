package daemon

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/codec"
)

// hostileLines are refused by the codec whatever the state, without an id in the reply.
var hostileLines = []string{
	" ",
	"null",
	"stop",
	"GET / HTTP/1.1",
	"\x16\x03\x01\x02",
	"\xef\xbb\xbf" + askedToMove,
	"\xff\xfe{",
	"\x00" + `{"type":"stop"}`,
	`"stop"`,
	`[{"type":"stop"}]`,
	strings.Repeat("[", codec.MaxLine),
	strings.Repeat(" ", codec.MaxLine+1),
	strings.Repeat(`{"type":"stop"}`, 1000),
	`{`,
	`{"type":"stop"`,
	`{"type":"stop",}`,
	`{"type":"stop"}}`,
	`{"type":"stop"}{"type":"stop"}`,
	"{\"type\":\"stop\"}\x00",
	"{\"type\":\"stop\"}\xff",
	`{"type":"STOP"}`,
	`{"Type":"stop"}`,
	`{"type":"stop\u0000"}`,
	`{"type":"stop","type":"stop"}`,
	`{"type":["stop"]}`,
	`{"type":{"type":"stop"}}`,
	`{"type":null}`,
	`{'type':'stop'}`,
	`{"type":"stop"} // now`,
	`{"type":"stop","now":true}`,
	`{"type":"reset"}`,
	`{"type":"reset","stop_id":-1}`,
	`{"type":"reset","stop_id":18446744073709551616}`,
	`{"type":"hello","name":"\ud800"}`,
	`{"type":"hello","name":"laptop","deadman_ms":0}`,
	`{"type":"hello","name":"laptop","version":2}`,
	`{"type":"subscribe","rate_hz":0}`,
	`{"type":"subscribe","rate_hz":1e9}`,
	`{"type":"move","x":01,"y":0,"z":150}`,
	`{"type":"move","x":1,5,"y":0,"z":150}`,
	`{"type":"move","x":0,"y":0,"z":150,"notify":true}`,
}

// hostility makes lines that are refused.
type hostility struct{ *rand.Rand }

// spoilings make of a request a line that is refused. They get its members, without the id
// before them and with the brace behind them.
var spoilings = map[string]func(h hostility, members string) string{
	"cut off": func(h hostility, m string) string { return m[:h.IntN(len(m))] },
	"bad byte": func(h hostility, m string) string {
		return h.insert(m, "\x00", "\x01", "\x08", "\x1f", "\xff", "\xc0\xaf")
	},
	"trailing":  func(h hostility, m string) string { return m + h.pick(`}`, `x`, `,`, `{"type":"stop"}`, "\x00") },
	"unknown":   func(_ hostility, m string) string { return `"X":1,` + m },
	"duplicate": func(_ hostility, m string) string { return `"x":1,"x":1,` + m },
	"number": func(h hostility, m string) string {
		name := h.pick("x", "y", "z", "speed", "ttl_ms", "stop_id", "rate_hz", "deadman_ms", "version")
		return `"` + name + `":` + h.pick(`null`, `NaN`, `-Infinity`, `1e999`, `"1"`, `[1]`, `{}`, `true`, `0x10`, `+1`, `1,`, ``) + `,` + m
	},
	"word": func(h hostility, m string) string {
		return `"` + h.pick("gripper", "type", "name") + `":` + h.pick(`null`, `7`, `"open"x`, `["open"]`, `"\x"`, `open`) + `,` + m
	},
	"too long": func(h hostility, m string) string { return strings.Repeat(" ", codec.MaxLine+h.IntN(20000)) + m },
}

var spoilingNames = slices.Sorted(maps.Keys(spoilings))

func (h hostility) pick(from ...string) string { return from[h.IntN(len(from))] }

func (h hostility) insert(into string, from ...string) string {
	at := h.IntN(len(into))
	return into[:at] + h.pick(from...) + into[at:]
}

// refusable are requests that are well formed, and that the gate refuses while the arm is
// not stopped.
var refusable = []string{
	`"type":"move","x":301,"y":0,"z":150}`,
	`"type":"command","x":0,"y":0,"z":-1e-300,"gripper":"closed"}`,
	`"type":"move","x":0,"y":-1e300,"z":150}`,
	`"type":"move","x":0,"y":0,"z":150,"speed":250.001}`,
	`"type":"reset","stop_id":0}`,
	`"type":"reset","stop_id":9223372036854775807}`,
	`"type":"release"}`,
}

// spoilable are requests that would change something, but for their spoiling.
var spoilable = []string{
	`"type":"command","x":0,"y":0,"z":150,"gripper":"closed"}`,
	`"type":"move","x":0,"y":0,"z":150}`,
	`"type":"grip","gripper":"open"}`,
	`"type":"stop"}`,
	`"type":"take"}`,
	`"type":"hello","name":"laptop","deadman_ms":100}`,
	`"type":"subscribe"}`,
}

// line returns the i-th hostile line, and whether its reply echoes i.
func (h hostility) line(i int) (line string, echoes bool) {
	id := fmt.Sprintf(`{"id":%d,`, i)
	switch h.IntN(10) {
	case 0:
		return h.pick(hostileLines...), false
	case 1:
		return id + h.pick(refusable...), true
	}
	line = id + spoilings[h.pick(spoilingNames...)](h, h.pick(spoilable...))
	return line, len(line) <= codec.MaxLine
}

func TestHostileLines(t *testing.T) {
	const n = 10000
	r := start(t, Options{}, unlimited, patientGate)
	observer, intruder := r.station(), r.station()
	h := hostility{rand.New(rand.NewPCG(1, 2))}
	lines, echoes := make([]string, n), make([]bool, n)
	for i := range lines {
		lines[i], echoes[i] = h.line(i)
	}
	before := observer.ask(`{"type":"state"}`)

	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = intruder.conn.Write([]byte(strings.Join(lines, "\n") + "\n" + `{"type":"ping","id":"end"}` + "\n"))
	}()
	for i, line := range lines {
		reply := intruder.next()
		if !strings.HasPrefix(reply, `{"status":"error",`) {
			t.Fatalf("%d: %.200q\nwas answered %s", i, line, reply)
		}
		if want := fmt.Sprintf(`,"id":%d}`, i); echoes[i] && !strings.HasSuffix(reply, want) {
			t.Fatalf("%d: %.200q\nwas answered %s", i, line, reply)
		}
	}
	intruder.wantNext(`{"status":"ok","message":"pong","id":"end"}`)
	<-sent

	if after := observer.ask(`{"type":"state"}`); after != before {
		t.Errorf("the state was\n%s\nand is\n%s", before, after)
	}
	// Nor did the station become another one.
	intruder.want(`{"type":"hello"}`, `"deadman_ms":3600000,`)
	intruder.want(`{"type":"take"}`, `"Control taken"`)
	if holder := observer.state().Holder; holder == nil || *holder != intruder.conn.LocalAddr().String() {
		t.Errorf("the station is called %v", holder)
	}
	intruder.want(`{"type":"unsubscribe"}`, `"Unsubscribed"`) // and no state was on its way
}
