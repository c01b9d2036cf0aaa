package roarmemu

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// The init pose is where the documents say, x about 310 and z about 235, and a target out
// of reach ends where the vendor's own code was seen to end: (-169, 0, 435).
func TestPlacesOfTheDocuments(t *testing.T) {
	r := newRig(Config{})
	if !near(r.at, safety.Point{X: 310, Z: 236}, 3) {
		t.Errorf("init pose at %v", r.at)
	}
	r.send(`{"T":1041,"x":900,"y":0,"z":0,"t":3.14}`, 0)
	r.settle()
	if want := (safety.Point{X: -169, Z: 435}); r.distance(t, want) > 1 {
		t.Errorf("after an unreachable target at %v, want %v", r.at, want)
	}
	if states := r.has(armtest.EvState); len(states) != 1 || states[0].Text != "nan" {
		t.Errorf("states %v", states)
	}
}

// Within reach the arm ends where it was sent, up to the counts' resolution and the offset of
// 2047 against 2048, and says so, up to the bend of its forearm.
func TestGoesWhereItIsSent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		q := angles{
			base:     rapid.Float64Range(-3, 3).Draw(rt, "base"),
			shoulder: rapid.Float64Range(-1.2, 1.2).Draw(rt, "shoulder"),
			elbow:    rapid.Float64Range(0.3, 2.8).Draw(rt, "elbow"),
		}
		p := q.forward()
		if r := math.Hypot(p.X, p.Y); r < 20 || math.Abs(math.Atan2(p.Y, p.X)-q[base]) > 0.1 {
			rt.Skip("behind the base's axis")
		}
		r := newRig(Config{})
		r.send(fmt.Sprintf(`{"T":1041,"x":%g,"y":%g,"z":%g,"t":2}`, p.X, p.Y, p.Z), 0)
		r.settle()
		if !near(r.at, p, 2) {
			rt.Errorf("at %v, sent to %v", r.at, p)
		}
		if off := r.distance(t, p); off > 2+foreAside {
			rt.Errorf("measures a place %v mm away", off)
		}
	})
}

// In the init pose the forearm is level: T:1051 shows it as high as without its bend, and the
// hand is lower.
func TestForearmIsBent(t *testing.T) {
	r := newRig(Config{})
	shown := r.at
	shown.Z += foreAside
	if off := r.distance(t, shown); off > 0.1 {
		t.Errorf("hand at %v, shown %v mm from %v", r.at, off, shown)
	}
}

// Servos rest below their goals under load, most where the arm is stretched out, and not where
// it hangs. An arm that was made to stand somewhere stands there.
func TestServosSag(t *testing.T) {
	r := newRig(Config{ShoulderSag: 60, ElbowSag: 40, Position: &[3]float64{300, 0, 200}})
	if !near(r.at, safety.Point{X: 300, Z: 200}, 1) || r.Next() != armtest.Never {
		t.Fatalf("made at %v, next %v", r.at, r.Next())
	}
	for _, tc := range []struct {
		x, z            float64
		shoulder, elbow float64 // counts of sag
	}{
		{510, 0, 59, 37},
		{250, -300, 37, 0},
		{300, 300, 28, 40},
	} {
		r.send(fmt.Sprintf(`{"T":1041,"x":%g,"y":0,"z":%g,"t":3}`, tc.x, tc.z), 0)
		r.settle()
		s, e := r.servos[shoulder], r.servos[elbow]
		if math.Abs(s.pos-float64(s.goal)-tc.shoulder) > 2 || math.Abs(e.pos-float64(e.goal)-tc.elbow) > 2 {
			t.Errorf("at %v, %v: shoulder %v, elbow %v below its goal", tc.x, tc.z, s.pos-float64(s.goal), e.pos-float64(e.goal))
		}
		if r.at.Z > tc.z-5 || s.vel != 0 || e.vel != 0 {
			t.Errorf("sent to %v, %v: at %v", tc.x, tc.z, r.at)
		}
	}
}

// The servos keep their limits, and what is logged of the motion is what happened.
func TestMotionIsFinite(t *testing.T) {
	r := newRig(Config{MaxSpeed: 2, Accel: 10})
	r.send(`{"T":1041,"x":0,"y":310,"z":237,"t":3.14}`, 0)
	r.settle()
	start, rest := r.has(armtest.EvStart), r.has(armtest.EvRest)
	if len(start) != 1 || len(rest) != 1 {
		t.Fatalf("%d starts, %d rests", len(start), len(rest))
	}
	// A quarter turn at 2 rad/s with ramps of 0.2 s: pi/4 + 0.2 s.
	took := time.Duration(rest[0].T - start[0].T).Seconds()
	if want := math.Pi/4 + 0.2; math.Abs(took-want) > 0.1 {
		t.Errorf("took %.3f s, want %.3f", took, want)
	}
	last := start[0]
	for _, e := range r.has(armtest.EvPos) {
		if e.V > 2*311 {
			t.Errorf("%.0f mm/s at %v", e.V, time.Duration(e.T))
		}
		if dt := time.Duration(e.T - last.T); dt != armtest.SamplePeriod {
			t.Errorf("samples %v apart", dt)
		}
		if way := e.Position().Sub(last.Position()).Norm(); way > 2*311*armtest.SamplePeriod.Seconds()+0.1 {
			t.Errorf("%.2f mm within a sample", way)
		}
		last = e
	}
	if rest[0].V != 0 || r.Next() != armtest.Never {
		t.Errorf("at rest with %v mm/s, next %v", rest[0].V, r.Next())
	}
}

// A host that dies after an order changes nothing: the servos go on. A second order counts at
// once, in the middle of the first.
func TestLatestOrderCounts(t *testing.T) {
	r := newRig(Config{})
	r.send(`{"T":1041,"x":0,"y":310,"z":237,"t":3.14}`, 100*time.Millisecond)
	r.send(`{"T":1041,"x":310,"y":0,"z":237,"t":3.14}`, 0)
	r.settle()
	if !near(r.at, safety.Point{X: 310, Z: 237}, 2) {
		t.Errorf("at %v", r.at)
	}
	if n := len(r.has(armtest.EvRest)); n != 1 {
		t.Errorf("came to rest %d times", n)
	}
}

// T:104 reads nothing until it is there: an order that comes meanwhile waits, and 256 bytes
// are all that do.
func TestInterpolationIsDeaf(t *testing.T) {
	r := newRig(Config{})
	r.send(`{"T":605,"cmd":0}`, 0)
	r.send(`{"T":104,"x":310,"y":100,"z":237,"t":3.14,"spd":0.25}`, 100*time.Millisecond)
	for range 40 { // 400 bytes
		r.send(`{"T":105}`, 0)
	}
	if said := r.wait(500 * time.Millisecond); said != "" {
		t.Errorf("says %q on its way", said)
	}
	said := r.settle()
	if n := strings.Count(said, "1051"); n != 25 {
		t.Errorf("%d answers to what fits in 256 bytes", n)
	}
	lost := 0
	for _, e := range r.has(armtest.EvLost) {
		lost += e.N
	}
	if lost != 400-256 {
		t.Errorf("lost %d bytes", lost)
	}
	if !near(r.at, safety.Point{X: 310, Y: 100, Z: 237}, 2) {
		t.Errorf("at %v", r.at)
	}
}

// T:104 out of reach stops at the last point that was in reach.
func TestInterpolationStopsAtTheBorder(t *testing.T) {
	r := newRig(Config{})
	r.send(`{"T":104,"x":900,"y":0,"z":237,"t":3.14,"spd":2}`, 0)
	r.settle()
	reach := upperLength + foreLength
	if far := r.at.Norm(); far < reach-10 || far > reach || r.at.X < 400 {
		t.Errorf("at %v, %v mm out", r.at, far)
	}
}

func TestArmFallsOntoTheTable(t *testing.T) {
	r := newRig(Config{})
	r.send(`{"T":210,"cmd":0}`, 0)
	r.settle()
	if r.at.Z > -baseHeight+5 || r.at.Z < -baseHeight-10 {
		t.Errorf("lies at %v", r.at)
	}
	r.send(`{"T":210,"cmd":1}`, 0)
	r.settle()
	if !near(r.at, safety.Point{X: 310, Z: 237}, 3) {
		t.Errorf("with torque again at %v: goals stay", r.at)
	}
}

func TestBlockedArm(t *testing.T) {
	r := newRig(Config{})
	r.send(`{"T":1041,"x":0,"y":310,"z":237,"t":1.57}`, 100*time.Millisecond)
	if err := r.Fault(r.now, "block"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	stood := r.at
	if r.Next() != armtest.Never {
		t.Errorf("a blocked arm has something to do at %v", r.Next())
	}
	if near(stood, safety.Point{Y: 310, Z: 237}, 50) || r.servos[hand].pos != float64(r.servos[hand].goal) {
		t.Errorf("at %v, gripper at %v", stood, r.servos[hand].pos)
	}
	if err := r.Fault(r.now, "resume"); err != nil {
		t.Fatal(err)
	}
	r.settle()
	if !near(r.at, safety.Point{Y: 310, Z: 237}, 2) {
		t.Errorf("at %v", r.at)
	}
}

// Whatever comes in, in whatever pieces, the arm does not fail and time does not go back.
func FuzzReceive(f *testing.F) {
	for _, seed := range []string{
		`{"T":1041,"x":235,"y":0,"z":234,"t":3.14}` + "\n" + `{"T":105}` + "\n",
		`{"T":104,"x":235,"y":0,"z":234,"t":3.14,"spd":0.25}` + "\n",
		`{"T":104}` + "\n" + `{"T":1e300,"x":1e308}` + "\n", "{}\n1\nnull\n[\n\"T\"\n",
		`{"T":605,"cmd":2}` + "\n" + `{"T":100}` + "\n", `{"T":"106","cmd":-1e300,"spd":-1,"acc":-1}` + "\n",
	} {
		f.Add([]byte(seed), uint8(7), uint16(30))
	}
	f.Fuzz(func(t *testing.T, input []byte, piece uint8, pause uint16) {
		r := newRig(Config{})
		last := int64(0)
		for len(input) > 0 {
			n := min(len(input), int(piece)+1)
			r.Receive(r.now, input[:n])
			input = input[n:]
			r.Advance(r.now + time.Duration(pause%300)*time.Millisecond)
		}
		r.Advance(r.now + time.Second)
		r.take()
		for _, e := range r.events {
			if e.T < last || math.IsNaN(e.X+e.Y+e.Z+e.V) {
				t.Fatalf("%+v after %v", e, time.Duration(last))
			}
			last = e.T
		}
		if next := r.Next(); next < r.now {
			t.Fatalf("next at %v, now %v", next, r.now)
		}
	})
}
