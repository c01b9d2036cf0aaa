package uarmemu

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// testArm plays an arm in virtual time, without a loop.
type testArm struct {
	*Arm
	events []armtest.Event
}

func newTestArm(cfg Config) *testArm { return &testArm{Arm: New(cfg, 0)} }

// running is an arm with power that has booted.
func running() *testArm { return newTestArm(Config{Power: true, Booted: true}) }

// collect returns the lines that were written, and keeps the events.
func (a *testArm) collect() (lines []string) {
	out, events := a.Take()
	a.events = append(a.events, events...)
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
	return lines
}

// send delivers text at once, and returns what the arm says within d.
func (a *testArm) send(text string, d time.Duration) []string {
	a.Receive(a.now, []byte(text))
	a.Advance(a.now + d)
	return a.collect()
}

func TestTheMotionKeepsItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := running()
		inBox := func(name string) safety.Point {
			return safety.Point{
				X: rapid.Float64Range(150, 250).Draw(t, name+" x"),
				Y: rapid.Float64Range(-100, 100).Draw(t, name+" y"),
				Z: rapid.Float64Range(50, 150).Draw(t, name+" z"),
			}
		}
		var end safety.Point
		for range rapid.IntRange(1, 3).Draw(t, "moves") {
			end = inBox("target")
			feed := rapid.Float64Range(5, 400).Draw(t, "feed")
			a.Receive(a.now, []byte(goTo(end, feed)))
		}
		at, speed := a.motor.at, 0.0
		for a.moving {
			a.Advance(a.now + stepTime)
			moved := a.motor.at.Sub(at).Norm()
			if most := min(defaultMaxSpeed, speed+defaultAccel*dt) * dt; moved > most+creep*dt+1e-9 {
				t.Fatalf("moved %v mm in a step, at %v mm/s before", moved, speed)
			}
			at, speed = a.motor.at, a.motor.speed
		}
		// What the encoders showed at start is off by their resolution, and so is the end.
		off := end.Sub(a.motor.at)
		if wrong := measured(Home).Sub(Home); off.Sub(wrong).Norm() > 1e-3 {
			t.Fatalf("ended %v off, the start was read %v off", off, wrong)
		}
	})
}

// The answer to a move comes when its last piece is planned: the planner then holds at most
// 15 of 6.25 ms.
func TestMoveIsAnsweredBeforeItsEnd(t *testing.T) {
	a := running()
	a.send("#1 G0 X200 Y0 Z150 F6000\n", 5*time.Second)
	a.Receive(a.now, []byte("#2 G0 X200 Y80 Z150 F3000\n"))
	for answered := false; !answered; {
		a.Advance(a.now + stepTime)
		for _, line := range a.collect() {
			answered = answered || line == "$2 ok"
		}
	}
	if left := 80 - a.motor.at.Y; left <= 0 || left > 50*15/160.0+0.5 {
		t.Errorf("answered with %v mm to go", left)
	}
	if a.send("#3 M2200\n", time.Millisecond)[0] != "$3 ok V1" {
		t.Error("the arm is said to stand")
	}
}

func TestForwardInvertsInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := safety.Point{
			X: rapid.Float64Range(100, 300).Draw(t, "x"),
			Y: rapid.Float64Range(-200, 200).Draw(t, "y"),
			Z: rapid.Float64Range(-50, 200).Draw(t, "z"),
		}
		q, ok := inverse(p)
		if !ok {
			t.Skip("out of reach")
		}
		if off := forward(q).Sub(p).Norm(); off > 1e-9 {
			t.Fatalf("%v became %v, %v mm off", p, forward(q), off)
		}
		if off := measured(p).Sub(p).Norm(); off > 1.2 {
			t.Fatalf("the encoders are %v mm off", off)
		}
	})
}

func TestReach(t *testing.T) {
	for _, c := range []struct {
		p    safety.Point
		want bool
	}{
		{Home, true},
		{safety.Point{X: 250, Y: 100, Z: 50}, true},
		{safety.Point{X: 900}, false},
		{safety.Point{X: 60, Z: 100}, false},
		{safety.Point{X: -200, Z: 150}, false},
		{safety.Point{X: math.Inf(1)}, false},
		{safety.Point{X: math.NaN()}, false},
	} {
		if _, ok := inverse(c.p); ok != c.want {
			t.Errorf("%v: reachable %v", c.p, ok)
		}
	}
}

func TestEventsSayWhereTheArmIs(t *testing.T) {
	a := running()
	a.send("G0 X180 Y0 Z150 F6000\n", time.Second)
	var kinds []string
	samples := 0
	for i, e := range a.events {
		if e.Ev == armtest.EvPos {
			samples++
			if e.V <= 0 {
				t.Errorf("event %d: moves at %v mm/s", i, e.V)
			}
			continue
		}
		kinds = append(kinds, e.Ev)
	}
	if diff := cmp.Diff([]string{"line", "start", "tx", "rest"}, kinds); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if last := a.events[len(a.events)-1]; math.Abs(last.X-180) > 1 || last.V != 0 {
		t.Errorf("rests at %+v", last)
	}
	if samples < 20 {
		t.Errorf("%d samples of a motion of at least 200 ms", samples)
	}
	if a.Next() != armtest.Never {
		t.Error("an arm at rest has something to do")
	}
}

// An F of 60 is 1 mm/s, or 1 degree/s of the joints: 10 mm aside at 200 mm from the base are 2.9 degrees.
func TestWhatAFeedMeans(t *testing.T) {
	for _, c := range []struct {
		degrees     bool
		least, most time.Duration
	}{
		{false, 9900 * time.Millisecond, 10200 * time.Millisecond},
		{true, 2800 * time.Millisecond, 3100 * time.Millisecond},
	} {
		a := newTestArm(Config{Power: true, Booted: true, FeedInDegrees: c.degrees})
		a.Receive(a.now, []byte("G0 X200 Y10 Z150 F60\n"))
		for a.moving {
			a.Advance(a.now + stepTime)
		}
		if a.now < c.least || a.now > c.most {
			t.Errorf("in degrees %v: took %v", c.degrees, a.now)
		}
		if off := a.motor.at.Sub(safety.Point{X: 200, Y: 10, Z: 150}).Norm(); off > 1 {
			t.Errorf("in degrees %v: %v mm off", c.degrees, off)
		}
	}
}

// The pieces of a way through what the joints do not reach are left out, and no number goes astray.
func TestADegreeIsAlwaysANumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newTestArm(Config{Power: true, Booted: true, FeedInDegrees: true})
		coordinate := rapid.Float64Range(-400, 400)
		for range 3 {
			to := safety.Point{X: coordinate.Draw(t, "x"), Y: coordinate.Draw(t, "y"), Z: coordinate.Draw(t, "z")}
			a.send(goTo(to, 400), 100*time.Millisecond)
			if !a.motor.at.Finite() || math.IsNaN(a.speed()) {
				t.Fatalf("at %v with %v mm/s", a.motor.at, a.speed())
			}
		}
	})
}
