package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// DefaultHorizon is the horizon of a Config that names none.
const DefaultHorizon = 100 * time.Millisecond

// Config is what can be chosen about the simulated arm. Its zero value is a healthy arm.
type Config struct {
	// Horizon is the most motion that is ever in flight; 0: DefaultHorizon. A shorter one
	// makes the arm slower.
	Horizon time.Duration `toml:"-"`

	// Start is where the arm stands at first, in mm; absent: 200, 0, 150.
	Start *safety.Point `toml:"start"`

	// The faults, in ms; 0: the arm does not have this fault.
	StallAfterMS      int `toml:"stall_after_ms"`
	DisconnectAfterMS int `toml:"disconnect_after_ms"`
	ReconnectAfterMS  int `toml:"reconnect_after_ms"`
	WriteDelayMS      int `toml:"write_delay_ms"`
}

// Reach returns the box that the arm reaches, in mm.
func Reach() safety.Box {
	return safety.Box{
		Min: safety.Point{X: -600, Y: -600, Z: -100},
		Max: safety.Point{X: 600, Y: 600, Z: 800},
	}
}

// Validate reports every value that the arm cannot work with.
func (c Config) Validate() error {
	var errs []error
	if reached, axis := Reach().Contains(c.start()); !reached {
		errs = append(errs, fmt.Errorf("sim: start: %s is out of the arm's reach", axis))
	}
	if horizon := c.horizon(); speedWithin(horizon) == 0 {
		errs = append(errs, fmt.Errorf("sim: horizon %v: the arm cannot come to a stand in so short a time", horizon))
	}
	notNegative := func(name string, ms int) {
		if ms < 0 {
			errs = append(errs, fmt.Errorf("sim: %s is %d: it must not be negative", name, ms))
		}
	}
	notNegative("stall_after_ms", c.StallAfterMS)
	notNegative("disconnect_after_ms", c.DisconnectAfterMS)
	notNegative("reconnect_after_ms", c.ReconnectAfterMS)
	notNegative("write_delay_ms", c.WriteDelayMS)
	return errors.Join(errs...)
}

func (c Config) start() safety.Point {
	if c.Start == nil {
		return safety.Point{X: 200, Y: 0, Z: 150}
	}
	return *c.Start
}

func (c Config) horizon() time.Duration {
	if c.Horizon == 0 {
		return DefaultHorizon
	}
	return c.Horizon
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
