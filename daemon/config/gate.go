package config

import (
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// Gate returns what the safety gate decides by, for an arm that can do a. c is valid, as
// Load and Default return it.
func (c *Config) Gate(a arm.Capabilities) safety.Config {
	s := c.Safety
	return safety.Config{
		Workspace: safety.Box{
			Min: safety.Point{X: s.Workspace.X[0], Y: s.Workspace.Y[0], Z: s.Workspace.Z[0]},
			Max: safety.Point{X: s.Workspace.X[1], Y: s.Workspace.Y[1], Z: s.Workspace.Z[1]},
		},
		Outside:       outsides[s.Outside],
		Control:       controls[s.Control],
		Limits:        safety.Limits{Speed: s.Motion.Speed, Accel: s.Motion.Accel, StopAccel: s.Motion.StopAccel},
		Tick:          s.Motion.tick(),
		Deadman:       s.Deadman.Duration(),
		Lease:         s.Lease.Duration(),
		Rate:          s.Rate,
		Burst:         s.Burst,
		TrackingError: s.TrackingError,
		StartStopped:  s.Start == startStopped,
		Arm: safety.Arm{
			Measured:    a.Measured,
			StopsItself: a.StopsItself,
			GripAtRest:  a.GripAtRest,
			Gripper:     a.Gripper,
			Unlocks:     a.Unlocks,
			Relaxes:     a.Relaxes,
		},
	}
}

var (
	outsides = map[string]safety.Outside{outsideReject: safety.Reject, outsideClamp: safety.Clamp}
	controls = map[string]safety.Control{controlExclusive: safety.Exclusive, controlShared: safety.Shared}
)

// tick returns the time between two setpoints.
func (m Motion) tick() time.Duration { return time.Second / time.Duration(m.TickHz) }
