package feetech

import (
	"strings"
	"testing"
	"time"
)

func TestConfigValidate(t *testing.T) {
	if err := testConfig().Validate(); err != nil {
		t.Fatalf("a good configuration: %v", err)
	}
	bare := testConfig()
	bare.Claw = nil
	if err := bare.Validate(); err != nil {
		t.Fatalf("without a claw: %v", err)
	}
	for name, tc := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"tick":         {func(c *Config) { c.Tick = time.Millisecond }, "tick 1ms: the bus needs at least 5ms"},
		"horizon":      {func(c *Config) { c.Horizon = 90 * time.Millisecond }, "base: at 1.5707963267948966 rad/s and 31.41592653589793 rad/s² the horizon must be at least 95ms, is 90ms"},
		"arm":          {func(c *Config) { c.Arm.Links.Upper = -1 }, "upper"},
		"turn":         {func(c *Config) { c.Arm.Joints[2].Zero = 0.5 }, "elbow: limits are -1381 to 326 counts"},
		"id":           {func(c *Config) { c.Servos[3].ID = 254 }, "wrist: servo id 254"},
		"same id":      {func(c *Config) { c.Claw.ID = c.Servos[1].ID }, "claw: servo id 12 is that of the shoulder"},
		"no accel":     {func(c *Config) { c.Servos[0].Accel = 0 }, "base: acceleration 0 rad/s²"},
		"much accel":   {func(c *Config) { c.Servos[0].Accel = 40 }, "base: acceleration 40 rad/s²: must be 0.15 to 38.96"},
		"torque":       {func(c *Config) { c.Servos[2].TorqueLimit = 101 }, "elbow: torque limit 101 %"},
		"claw":         {func(c *Config) { c.Claw.Open = 4096 }, "claw: position 4096"},
		"claw at once": {func(c *Config) { c.Claw.Open = c.Claw.Closed }, "claw: open and closed are both 2048"},
		"claw speed":   {func(c *Config) { c.Claw.Speed = 0 }, "claw: speed 0 rad/s"},
		"voltage":      {func(c *Config) { c.MinVoltage = 14 }, "voltage 14 to 13 V"},
		"temperature":  {func(c *Config) { c.MaxTemperature = 0 }, "temperature limit 0"},
		"load":         {func(c *Config) { c.MaxLoad = 0 }, "load limit 0 %"},
	} {
		t.Run(name, func(t *testing.T) {
			c := testConfig()
			claw := *c.Claw
			c.Claw = &claw
			tc.change(&c)
			if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
	var nothing Config
	if err := nothing.Validate(); err == nil {
		t.Error("nothing configured passes")
	}
}
