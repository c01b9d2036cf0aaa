package config

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/grbl"
	"github.com/aether-arm/aetherd/arm/sim"
	"github.com/aether-arm/aetherd/safety"
)

// Driver makes the driver of the configured arm. Its serial port, which it does not open
// yet, will take descriptors from reserve. c is valid, as Load and Default return it; an
// error names the keys that do not suit this driver.
func (c *Config) Driver(reserve *arm.Reserve) (arm.Driver, error) {
	switch c.Arm.Driver {
	case DriverSim:
		s := c.sim()
		if err := s.Validate(); err != nil {
			return nil, fmt.Errorf("arm.driver = %q: change arm.horizon_ms or [arm.sim]: %w", c.Arm.Driver, err)
		}
		return sim.New(s), nil
	case DriverGrbl:
		g := c.grbl()
		if err := g.Validate(); err != nil {
			return nil, fmt.Errorf("arm.driver = %q: change arm.horizon_ms, safety.motion.tick_hz, safety.motion.speed or [arm.grbl]: %w",
				c.Arm.Driver, err)
		}
		port := arm.Serial{Path: c.Arm.Serial.Port, Baud: c.Arm.Serial.Baud}
		return grbl.New(g, port.Opener(reserve)), nil
	}
	return nil, fmt.Errorf("arm.driver = %q: there is no such driver", c.Arm.Driver)
}

func (c *Config) sim() sim.Config {
	s := c.Arm.Sim
	return sim.Config{
		Horizon:           c.Arm.Horizon.Duration(),
		Start:             &safety.Point{X: s.X, Y: s.Y, Z: s.Z},
		StallAfterMS:      int(s.StallAfter),
		DisconnectAfterMS: int(s.DisconnectAfter),
		ReconnectAfterMS:  int(s.ReconnectAfter),
		WriteDelayMS:      int(s.WriteDelay),
	}
}

func (c *Config) grbl() grbl.Config {
	g := c.Arm.Grbl
	return grbl.Config{
		Horizon:      c.Arm.Horizon.Duration(),
		Tick:         c.Safety.Motion.tick(),
		Speed:        c.Safety.Motion.Speed,
		GripperOpen:  g.GripperOpen,
		GripperClose: g.GripperClose,
		Unlock:       g.Unlock,
	}
}
