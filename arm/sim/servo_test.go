package sim

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

func drawPoint(t *rapid.T, label string) safety.Point {
	reach := Reach()
	return safety.Point{
		X: rapid.Float64Range(reach.Min.X, reach.Max.X).Draw(t, label+" x"),
		Y: rapid.Float64Range(reach.Min.Y, reach.Max.Y).Draw(t, label+" y"),
		Z: rapid.Float64Range(reach.Min.Z, reach.Max.Z).Draw(t, label+" z"),
	}
}

// Whatever it is sent to, at whatever moments, even far beyond the horizon.
func TestServoKeepsItsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := standingAt(drawPoint(t, "start"))
		var now safety.Instant
		last := s
		look := func() {
			step := (now - last.since).Seconds()
			s = s.at(now)
			if way := s.position.Sub(last.position).Norm(); way > maxSpeed*step+resolution {
				t.Fatalf("at %v: %v mm in %v s", now, way, step)
			}
			if change := s.velocity.Sub(last.velocity).Norm(); change > maxAcceleration*step*(1+1e-9) {
				t.Fatalf("at %v: velocity changed by %v mm/s in %v s", now, change, step)
			}
			last = s
		}
		for range rapid.IntRange(1, 20).Draw(t, "setpoints") {
			s = s.sentTo(now, drawPoint(t, "setpoint"))
			for range rapid.IntRange(0, 300).Draw(t, "ms") {
				now += time.Millisecond
				look()
			}
			now += time.Duration(rapid.IntRange(0, 999).Draw(t, "µs")) * time.Microsecond
			look()
		}
		for !last.standing() && now < time.Minute {
			now += time.Millisecond
			look()
		}
		if last.position != s.target {
			t.Fatalf("it stands at %v, sent to %v", last.position, s.target)
		}
	})
}

// How often anybody looks changes nothing.
func TestServoDependsOnTimeOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := standingAt(drawPoint(t, "start")).sentTo(0, drawPoint(t, "setpoint"))
		end := time.Duration(rapid.IntRange(0, 4000).Draw(t, "ms")) * time.Millisecond
		stepwise := s
		for now := time.Duration(0); now <= end; now += time.Millisecond {
			stepwise = stepwise.at(now)
		}
		if at := s.at(end); at != stepwise {
			t.Fatalf("in one go %+v, stepwise %+v", at, stepwise)
		}
	})
}

// Setpoints as a gate sends them, with jitter, and pauses: every accepted one is reached
// within the horizon, with nobody calling, and then nothing is left to do.
func TestAcceptedMotionEndsWithinTheHorizon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t, Config{})
		goal := r.opened.Position
		for range rapid.IntRange(1, 50).Draw(t, "setpoints") {
			next := Reach().Clamp(goal.Add(safety.Point{
				X: rapid.Float64Range(-15, 15).Draw(t, "dx"),
				Y: rapid.Float64Range(-15, 15).Draw(t, "dy"),
				Z: rapid.Float64Range(-15, 15).Draw(t, "dz"),
			}))
			if sp := (safety.Setpoint{Position: next}); r.arm.Accepts(r.now, sp) > 0 {
				r.must(r.arm.Move(r.now, sp))
				goal = next
			}
			r.until(r.now + time.Duration(rapid.IntRange(5, 40).Draw(t, "ms"))*time.Millisecond)
		}
		sent := r.now // or earlier
		if _, err := r.arm.Service(sent + DefaultHorizon); err != nil {
			t.Fatal(err)
		}
		r.until(sent + time.Second)
		if len(r.measured) == 0 {
			return // nothing was accepted
		}
		if last := r.last(); !last.atRest || last.p != goal || last.at > sent+DefaultHorizon {
			t.Fatalf("the last report is %+v, want the arm to stand at %v by %v", last, goal, sent+DefaultHorizon)
		}
		if r.next < time.Hour {
			t.Fatalf("Service wants to be called at %v", r.next)
		}
	})
}
