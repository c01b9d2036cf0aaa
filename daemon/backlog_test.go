package daemon

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/safety"
)

// TestNoBacklog sends in one write what a station has piled up while the network was away:
// targets all over the workspace, and last one near the arm. The arm goes to that one.
func TestNoBacklog(t *testing.T) {
	const piled = 2000
	a := newFakeArm()
	r := startInside(t, Options{Driver: a}, unlimited, patientGate)
	c := r.station()
	var lines strings.Builder
	for i := range piled {
		fmt.Fprintf(&lines, `{"type":"move","x":%d,"y":%d,"z":%d}`+"\n", 600*(i%2)-300, 600*(i/2%2)-300, 400*(i/4%2))
	}
	lines.WriteString(`{"type":"move","x":190,"y":0,"z":150,"notify":true,"id":"newest"}` + "\n")
	c.write(lines.String())
	for range piled {
		c.wantNext(answeredMove)
	}
	c.wantNext(`{"status":"ok","message":"Command received","id":"newest"}`,
		`{"event":"done","id":"newest","position":{"x":190,"y":0,"z":150}}`)
	r.rest(a)

	// The write takes a few ticks at most to be read, and in a second the arm gets nowhere
	// near a single one of the corners.
	start := safety.Point{X: 200, Z: 150}
	for _, call := range a.calls() {
		if away := call.setpoint.Position.Sub(start).Norm(); call.call == "move" && away > 100 {
			t.Fatalf("the arm went %.0f mm away: %v", away, call.setpoint.Position)
		}
	}
	if n := r.inside.desk.status().Counts.Superseded; n != piled {
		t.Errorf("%d motions were superseded, want %d", n, piled)
	}
}
