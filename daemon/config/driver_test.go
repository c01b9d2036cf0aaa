package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm/grbl"
	"github.com/aether-arm/aetherd/arm/sim"
	"github.com/aether-arm/aetherd/safety"
)

func TestDriverName(t *testing.T) {
	for _, name := range choices["arm.driver"] {
		c := Default()
		c.Arm.Driver = name
		d, err := c.Driver(nil)
		if err != nil {
			t.Errorf("no driver %q: %v", name, err)
			continue
		}
		if got := d.Capabilities(); got.Driver != name || got.Horizon != 100*time.Millisecond {
			t.Errorf("driver %q calls itself %q and promises %v, want its name and 100ms", name, got.Driver, got.Horizon)
		}
	}
}

func TestDriverErrorNamesTheKeys(t *testing.T) {
	tests := []struct {
		why    string
		change func(*Config)
		want   []string
	}{
		{"the simulated arm does not reach its start", func(c *Config) { c.Arm.Sim.X = 5000 },
			[]string{`arm.driver = "sim"`, "[arm.sim]", "start: x"}},
		{"the simulated arm needs longer to stand", func(c *Config) { c.Arm.Horizon = 5 },
			[]string{`arm.driver = "sim"`, "arm.horizon_ms", "5ms"}},
		{"Grbl needs longer to stand", func(c *Config) { c.Arm.Driver, c.Arm.Horizon = DriverGrbl, 20 },
			[]string{`arm.driver = "grbl"`, "arm.horizon_ms", "safety.motion.tick_hz", "20ms"}},
		{"a line takes too long", func(c *Config) { c.Arm.Driver, c.Arm.Serial.Baud = DriverGrbl, 38399 },
			[]string{`arm.driver = "grbl"`, "arm.serial.baud = 38399", "set 38400", "horizon"}},
		{"no such driver", func(c *Config) { c.Arm.Driver = "marlin" },
			[]string{`arm.driver = "marlin"`}},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			c := Default()
			tt.change(c)
			_, err := c.Driver(nil)
			if err == nil {
				t.Fatal("got a driver, want an error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestGrblOpensTheConfiguredPort(t *testing.T) {
	c := Default()
	c.Arm.Driver = DriverGrbl
	c.Arm.Serial.Port = filepath.Join(t.TempDir(), "ttyUSB9")
	d, err := c.Driver(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(t.Context(), nil); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), c.Arm.Serial.Port) {
		t.Errorf("open: %v, want that %s does not exist", err, c.Arm.Serial.Port)
	}
}

// No two values are the same, so that none can stand in another's place.
const everyDriverKey = `
[safety.motion]
speed = 110
tick_hz = 50
[arm]
horizon_ms = 80
[arm.sim]
x = 1
y = 2
z = 3
stall_after_ms = 4
disconnect_after_ms = 5
reconnect_after_ms = 6
write_delay_ms = 7
[arm.grbl]
gripper_open = "M64 P1"
gripper_close = "M65 P1"
unlock = true
`

func TestDriverConfigs(t *testing.T) {
	c, err := parse("aetherd.toml", []byte(everyDriverKey))
	if err != nil {
		t.Fatal(err)
	}
	wantSim := sim.Config{
		Horizon:           80 * time.Millisecond,
		Start:             &safety.Point{X: 1, Y: 2, Z: 3},
		StallAfterMS:      4,
		DisconnectAfterMS: 5,
		ReconnectAfterMS:  6,
		WriteDelayMS:      7,
	}
	if diff := cmp.Diff(wantSim, c.sim()); diff != "" {
		t.Errorf("simulator (-want +got):\n%s", diff)
	}
	wantGrbl := grbl.Config{
		Horizon:      80 * time.Millisecond,
		Tick:         20 * time.Millisecond,
		Speed:        110,
		GripperOpen:  "M64 P1",
		GripperClose: "M65 P1",
		Unlock:       true,
	}
	if diff := cmp.Diff(wantGrbl, c.grbl()); diff != "" {
		t.Errorf("grbl (-want +got):\n%s", diff)
	}
}
