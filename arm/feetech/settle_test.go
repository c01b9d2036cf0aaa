package feetech

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// rested plays a servo in steps of a tenth of a millisecond, and returns when it rests.
func rested(p profile, way, speed float64) time.Duration {
	const dt = 1e-4
	for n := 0; ; n++ {
		if math.Abs(way) < 1 && math.Abs(speed) <= 2*p.accel*dt || n > 1e6 {
			return time.Duration(n) * time.Duration(dt*1e9)
		}
		wanted := math.Copysign(min(p.speed, math.Sqrt(2*p.accel*math.Abs(way))), way)
		change := min(max(wanted-speed, -p.accel*dt), p.accel*dt)
		speed += change
		way -= speed * dt
	}
}

// The closed form is what a servo does that is played step by step.
func TestRests(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := profile{
			speed: rapid.Float64Range(50, 3000).Draw(t, "counts/s"),
			accel: rapid.Float64Range(500, 25400).Draw(t, "counts/s²"),
		}
		way := rapid.Float64Range(-500, 500).Draw(t, "way")
		speed := p.speed * rapid.Float64Range(-1, 1).Draw(t, "speed")
		got, want := p.rests(way, speed), rested(p, way, speed)
		// The last count of the way takes 1/50 s at most at the slowest speed, or two ramps.
		slack := 3*time.Millisecond + time.Duration((1/p.speed+2*math.Sqrt(2/p.accel))*1e9)
		if got < want-slack || got > want+slack {
			t.Errorf("%v counts away at %v counts/s: %v, played %v", way, speed, got, want)
		}
	})
}
