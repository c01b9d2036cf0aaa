package drivertest

import (
	"math"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/safety"
)

// Course is the velocity in mm/s at which setpoints are to go at a moment, for tests of a driver's
// model of its controller.
type Course func(now safety.Instant) safety.Point

// Heading returns a level velocity: its angle in rad from x to y, its speed in mm/s.
func Heading(angle, speed float64) safety.Point {
	return safety.Point{X: math.Cos(angle) * speed, Y: math.Sin(angle) * speed}
}

// Turning is a course that turns every 730 ms.
func Turning(speed float64) Course {
	return func(now safety.Instant) safety.Point { return Heading(math.Floor(now.Seconds()/0.73)*1.7, speed) }
}

// DrawCourse returns a course with turns, on its line and off it, and rests, and when it has come
// to its end. It is no faster than speed.
func DrawCourse(t *rapid.T, speed float64) (course Course, end safety.Instant) {
	type piece struct {
		until    safety.Instant
		velocity safety.Point
	}
	var pieces []piece
	for range rapid.IntRange(1, 8).Draw(t, "pieces") {
		end += milliseconds(t, 1, 900, "ms")
		part := rapid.SampledFrom([]float64{0, 1, -1, 0.5, -0.3, 0.1, -0.1}).Draw(t, "of the speed")
		angle := rapid.SampledFrom([]float64{0, 0, 0, 0.05, 1}).Draw(t, "angle")
		pieces = append(pieces, piece{end, Heading(angle, part*speed)})
	}
	return func(now safety.Instant) safety.Point {
		for _, p := range pieces {
			if now < p.until {
				return p.velocity
			}
		}
		return safety.Point{}
	}, end
}
