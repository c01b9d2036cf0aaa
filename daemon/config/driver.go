package config

import (
	"fmt"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/grbl"
	"github.com/aether-arm/aetherd/arm/sim"
	"github.com/aether-arm/aetherd/safety"
)

// leastGrblBaud is the slowest speed at which the arm keeps its horizon: a jog of some 50 bytes
// then takes 13 ms, and the driver allows 20 ms for the line and the controller's own time.
const leastGrblBaud = 38400

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
		if baud := c.Arm.Serial.Baud; baud < leastGrblBaud {
			return nil, fmt.Errorf("arm.driver = %q: arm.serial.baud = %d: set %d or more, here and on the controller: at a lower speed a line takes longer than the margin of the horizon allows",
				c.Arm.Driver, baud, leastGrblBaud)
		}
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
