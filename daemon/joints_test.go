package daemon

import (
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// The state has the joints of the very position that it has, on both ports and for subscribers,
// and none while there is no position.
func TestJointsComeWithThePosition(t *testing.T) {
	f := newFakeArm()
	f.can.Joints = []string{"turn", "tilt"}
	var unplugged atomic.Bool
	f.before = func(c told) error {
		if c.call == "open" && unplugged.Load() {
			return errBoom
		}
		return nil
	}
	r := startInside(t, Options{Driver: f}, patientGate)
	s, pendant := r.station(), r.pendant()
	const ask = `{"type":"state"}`
	opened := `"position":{"x":200,"y":0,"z":150},"joints":{"turn":2,"tilt":0},"target":`
	s.want(ask, opened)
	pendant.want(ask, opened)

	s.want(`{"type":"move","x":201,"y":-12.346,"z":150}`, `"status":"ok"`)
	r.rest(f)
	moved := `"position":{"x":201,"y":-12.346,"z":150},"joints":{"turn":2.01,"tilt":-0.1235},"target":`
	s.want(ask, moved)
	subscriber := r.station()
	subscriber.want(`{"type":"subscribe","rate_hz":0.1}`, `"status":"ok"`)
	if line := subscriber.next(); !strings.Contains(line, moved) {
		t.Errorf("a subscriber gets %s", line)
	}

	f.reader().Measured(arm.Measurement{Position: safety.Point{X: math.NaN()}, Joints: arm.Angles{9, 9}})
	s.want(ask, moved) // the gate passes it over

	unplugged.Store(true)
	f.reader().Lost(errBoom)
	s.want(ask, `"position":null,"target":`)
	unplugged.Store(false)
	s.until("reached again", func(v seen) bool { return v.Arm.Link == "up" })
	s.want(ask, moved)
}
