package codec

import (
	"math"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// TestAllocations covers what runs once a command in the steady state.
func TestAllocations(t *testing.T) {
	var r Request
	dst := make([]byte, 0, 4096)
	id := []byte("7")
	state := State{Driver: "sim", Snapshot: safety.Snapshot{
		State: safety.Stopped, StopID: 1, Causes: []safety.Cause{{Kind: safety.CauseStation, By: "laptop"}}, StopResult: safety.StopSent,
		Holder: "laptop", HasPosition: true, Position: safety.Point{X: 1.25, Y: 2.0 / 3, Z: 3}},
		Joints: []string{"base", "wrist"}, Angles: []float64{1.0 / 3, -math.Pi}}
	decode := func(line string) func() {
		bytes := []byte(line)
		return func() {
			if fault := Decode(bytes, &r); fault.Code != NoFault {
				t.Fatalf("%s: %v", bytes, fault)
			}
		}
	}
	tests := []struct {
		name string
		run  func()
	}{
		{"canonical", decode(canonical)},
		{"spaced", decode(spaced)},
		{"long numbers", decode(longNumbers)},
		{"every member of a motion", decode(
			`{"type":"move","x":-1.5e1,"y":0.1,"z":3,"speed":99.75,"check":false,"notify":true,"ttl_ms":150,"id":"a-17"}`)},
		{"17 digits", decode(`{"type":"move","x":120.00000000000001,"y":-35.512345678901234,"z":0.30000000000000004}`)},
		{"stop", decode(`{"type":"stop","id":7}`)},
		{"reset", decode(`{"type":"reset","stop_id":18446744073709551615}`)},
		{"hello", decode(`{"type":"hello","name":"laptop","deadman_ms":150}`)},
		{"cut", func() {
			var c Cutter
			stream := dst[:copy(dst[:cap(dst)], canonical+"\r\n\nx")]
			if _, n, status := c.Next(stream); n == 0 || status != Line {
				t.Fatal(n, status)
			}
		}},
		{"fault", func() { AppendFault(dst, Fault{CodeMissingField, "y"}, id) }},
		{"accepted", func() { AppendVerdict(dst, &r, safety.Verdict{}) }},
		{"clamped", func() { AppendVerdict(dst, &r, safety.Verdict{Clamped: true, Target: state.Position}) }},
		{"not in control", func() { AppendVerdict(dst, &r, safety.Verdict{Reason: safety.NotInControl, Holder: "laptop"}) }},
		{"rate limited", func() { AppendVerdict(dst, &r, safety.Verdict{Reason: safety.RateLimited, RetryAfter: time.Second}) }},
		{"stopped", func() { AppendVerdict(dst, &Request{Type: TypeStop}, safety.Verdict{StopID: 3}) }},
		{"out of workspace", func() { AppendVerdict(dst, &r, safety.Verdict{Reason: safety.OutOfWorkspace, Axis: "z"}) }},
		{"state", func() { AppendState(dst, &state, id) }},
		{"state event", func() { AppendStateEvent(dst, &state) }},
		{"done", func() { AppendDone(dst, id, state.Position) }},
	}
	for _, test := range tests {
		if n := testing.AllocsPerRun(100, test.run); n != 0 {
			t.Errorf("%s: %v allocations", test.name, n)
		}
	}
}
