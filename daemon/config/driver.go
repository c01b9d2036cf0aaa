package config

import (
	"errors"
	"fmt"
	"math"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/feetech"
	"github.com/aether-arm/aetherd/arm/grbl"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/arm/marlin"
	"github.com/aether-arm/aetherd/arm/roarm"
	"github.com/aether-arm/aetherd/arm/sim"
	"github.com/aether-arm/aetherd/arm/uarm"
	"github.com/aether-arm/aetherd/safety"
)

// leastGrblBaud is the slowest speed at which the arm keeps its horizon: a jog of some 50 bytes
// then takes 13 ms, and the driver allows 20 ms for the line and the controller's own time.
const leastGrblBaud = 38400

// leastBusBaud is the slowest speed at which five servos answer within half a tick of 10 ms.
const leastBusBaud = 500000

// Driver makes the driver of the configured arm. Its serial port, which it does not open
// yet, will take descriptors from reserve. c is valid, as Load and Default return it; an
// error names the keys that do not suit this driver.
func (c *Config) Driver(reserve *arm.Reserve) (arm.Driver, error) {
	d, err := c.driver(arm.Serial{Path: c.Arm.Serial.Port, Baud: c.Arm.Serial.Baud}.Opener(reserve))
	if err != nil {
		return nil, fmt.Errorf("arm.driver = %q: %w", c.Arm.Driver, err)
	}
	return d, nil
}

func (c *Config) driver(port arm.Opener) (arm.Driver, error) {
	switch c.Arm.Driver {
	case DriverSim:
		s := c.sim()
		return sim.New(s), change("arm.horizon_ms or [arm.sim]", s.Validate())
	case DriverFeetech:
		f := c.feetech()
		return feetech.New(f, port), errors.Join(
			c.tooSlow(leastBusBaud, "at a lower speed the servos' answers do not fit into a tick"),
			change("arm.horizon_ms, safety.motion.tick_hz or [arm.feetech]", f.Validate()))
	case DriverGrbl:
		g := c.grbl()
		return grbl.New(g, port), errors.Join(
			c.tooSlow(leastGrblBaud, "at a lower speed a line takes longer than the margin of the horizon allows"),
			change("arm.horizon_ms, safety.motion.tick_hz, safety.motion.speed or [arm.grbl]", g.Validate()))
	case DriverMarlin:
		m := c.marlin()
		return marlin.New(m, port), change("arm.horizon_ms, safety.motion.tick_hz, safety.motion.speed or [arm.marlin]", m.Validate())
	case DriverUarm:
		u := c.uarm()
		return uarm.New(u, port), change("arm.horizon_ms, safety.motion.tick_hz, safety.motion.speed or [arm.uarm]", u.Validate())
	case DriverRoarm:
		r := c.roarm()
		return roarm.New(r, port), change("arm.horizon_ms, safety.motion.tick_hz, safety.motion.speed or [arm.roarm]", r.Validate())
	}
	return nil, errors.New("there is no such driver")
}

// change says which keys to change where the driver cannot work with what they say.
func change(keys string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("change %s: %w", keys, err)
}

func (c *Config) tooSlow(least int, why string) error {
	if c.Arm.Serial.Baud >= least {
		return nil
	}
	return fmt.Errorf("arm.serial.baud = %d: set %d or more, here and on the controller: %s", c.Arm.Serial.Baud, least, why)
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

func (c *Config) feetech() feetech.Config {
	f := c.Arm.Feetech
	d := feetech.Config{
		Horizon:        c.Arm.Horizon.Duration(),
		Tick:           c.Safety.Motion.tick(),
		Arm:            f.kinematics(),
		MinVoltage:     f.MinVoltage,
		MaxVoltage:     f.MaxVoltage,
		MaxTemperature: f.MaxTemperature,
		MaxLoad:        f.MaxLoad,
	}
	for i, j := range f.joints() {
		d.Servos[i] = feetech.JointServo{ID: j.ID, TorqueLimit: j.Torque, Accel: radians(j.Accel)}
	}
	if claw := f.Claw; claw.ID != 0 {
		d.Claw = &feetech.Claw{ID: claw.ID, Open: claw.Open, Closed: claw.Closed, Speed: radians(claw.Speed), TorqueLimit: claw.Torque}
	}
	return d
}

// joints are in the order of package kinematics.
func (f Feetech) joints() [kinematics.Joints]FeetechJoint {
	return [...]FeetechJoint{kinematics.Base: f.Base, kinematics.Shoulder: f.Shoulder, kinematics.Elbow: f.Elbow, kinematics.Wrist: f.Wrist}
}

func (f Feetech) kinematics() kinematics.Arm {
	a := kinematics.Arm{
		Links: kinematics.Links{Height: f.Links.Height, Offset: f.Links.Offset, Upper: f.Links.Upper, Fore: f.Links.Fore, Hand: f.Links.Hand},
		Pitch: radians(f.HandPitch),
	}
	for i, j := range f.joints() {
		a.Joints[i] = kinematics.Joint{
			Min:       radians(j.Min),
			Max:       radians(j.Max),
			Zero:      float64(j.Zero) * 2 * math.Pi / feetech.CountsPerTurn,
			Direction: float64(j.Direction),
			Speed:     radians(j.Speed),
		}
	}
	return a
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

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

func (c *Config) marlin() marlin.Config {
	return marlin.Config{
		Horizon:          c.Arm.Horizon.Duration(),
		Tick:             c.Safety.Motion.tick(),
		Speed:            c.Safety.Motion.Speed,
		GripperOpen:      c.Arm.Marlin.GripperOpen,
		GripperClose:     c.Arm.Marlin.GripperClose,
		RealtimePosition: c.Arm.Marlin.RealtimePosition,
	}
}

func (c *Config) uarm() uarm.Config {
	return uarm.Config{
		Horizon: c.Arm.Horizon.Duration(),
		Tick:    c.Safety.Motion.tick(),
		Speed:   c.Safety.Motion.Speed,
		Tool:    c.Arm.Uarm.Tool,
	}
}

func (c *Config) roarm() roarm.Config {
	r := c.Arm.Roarm
	return roarm.Config{
		Horizon:       c.Arm.Horizon.Duration(),
		Tick:          c.Safety.Motion.tick(),
		Speed:         c.Safety.Motion.Speed,
		GripperOpen:   radians(r.GripperOpen),
		GripperClosed: radians(r.GripperClosed),
		GripForce:     r.GripForce,
	}
}
