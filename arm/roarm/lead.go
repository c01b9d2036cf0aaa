package roarm

import (
	"fmt"
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

const (
	// accel is how fast a servo gains and loses speed, in rad/s²: T:1041 asks for 20, in
	// units of 100 counts/s² (ARM_SERVO_INIT_ACC in RoArm-M2_config.h). After a T:102 of
	// somebody else it is unlimited, which only shortens the way.
	accel = 20 * 100 * count
	// margin is what passes before a line has its effect: 5 ms on the wire, up to 10 ms
	// until the firmware has read its servos and looks at the line, and as much again
	// until a servo obeys and is seen to stand.
	margin = 30 * time.Millisecond
	// shortestHorizon: with less, an emulated arm with the greatest sag and other weights
	// than these took up to 17 ms longer than its horizon.
	shortestHorizon = 250 * time.Millisecond
	// blind is how old a position is when the next one is to be seen: an answer of 150
	// bytes takes 13 ms on the wire, and is asked for when the one before has come.
	blind = 40 * time.Millisecond
)

// lead returns how far in rad a setpoint may be ahead of a joint so that this one rests
// within horizon: from rest to rest a way w takes 2·√(w/accel), and from any speed with
// which the servo still comes to rest at its goal it takes less.
func lead(horizon time.Duration) float64 {
	half := (horizon - margin).Seconds() / 2
	return accel * half * half
}

// flow returns the speed in rad/s at which a joint keeps going within its lead: it needs
// v²/(2·accel) ahead of it not to brake, and v times the age of what is known of it.
func flow(horizon, tick time.Duration) float64 {
	late := (tick + blind).Seconds()
	return accel * (math.Sqrt(late*late+2*lead(horizon)/accel) - late)
}

// maxSpeed returns the speed in mm/s at which a forearm's length of lever turns at the
// speed of flow. Where the lever is longer or shorter, what does not fit is shortened.
func maxSpeed(c Config) float64 { return min(c.Speed, l3*flow(c.Horizon, c.Tick)) }

// crossing is how far in rad a joint can be from a setpoint only if the base would go
// round: from one side to the other behind the arm.
const crossing = math.Pi

// fits reports whether a goal leaves every joint within its lead.
func (s *session) fits(goal posture) bool {
	_, by := goal.minus(s.course.sagAt(s.at)).apart(s.at)
	return by <= lead(s.cfg.Horizon)
}

// part returns how much of the step fits, and why not even the end of it is to be reached.
func (s *session) part(sp safety.Setpoint) (float64, error) {
	bias := s.course.biasAt(sp)
	a, err := aimAt(sp.Position, bias)
	if err == nil && math.Abs(a.goal[base]-s.at[base]) > crossing {
		err = fmt.Errorf("the base cannot turn through the place behind the arm")
	}
	if err != nil {
		return 0, err
	}
	if s.fits(a.goal) {
		return 1, nil
	}
	low, high := 0.0, 1.0
	for range 8 { // to 1/256 of a step, which is less than a count
		middle := (low + high) / 2
		if a, err := aimAt(between(sp, middle), bias); err == nil && s.fits(a.goal) {
			low = middle
		} else {
			high = middle
		}
	}
	return low, nil
}

func between(sp safety.Setpoint, part float64) safety.Point {
	return sp.From.Add(sp.Position.Sub(sp.From).Scale(part))
}
