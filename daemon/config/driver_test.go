package config

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aether-arm/aetherd/arm/feetech"
	"github.com/aether-arm/aetherd/arm/grbl"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/arm/marlin"
	"github.com/aether-arm/aetherd/arm/roarm"
	"github.com/aether-arm/aetherd/arm/sim"
	"github.com/aether-arm/aetherd/arm/uarm"
	"github.com/aether-arm/aetherd/safety"
)

// Every driver has a ready configuration, which is one that works, and promises the horizon
// that it says.
func TestReadyConfigurations(t *testing.T) {
	files, err := filepath.Glob("../../deploy/arms/*.toml")
	if err != nil {
		t.Fatal(err)
	}
	ready := []string{DriverSim}
	for _, file := range files {
		c, err := Load(file)
		if err != nil {
			t.Error(err)
			continue
		}
		ready = append(ready, c.Arm.Driver)
		d, err := c.Driver(nil)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if got := d.Capabilities(); got.Driver != c.Arm.Driver || got.Horizon != c.Arm.Horizon.Duration() {
			t.Errorf("%s: the driver calls itself %q and promises %v", file, got.Driver, got.Horizon)
		}
	}
	slices.Sort(ready)
	want := slices.Sorted(slices.Values(choices["arm.driver"]))
	if diff := cmp.Diff(want, ready); diff != "" {
		t.Errorf("ready configurations (-drivers +files):\n%s", diff)
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
		{"the servos' answers do not fit", func(c *Config) { c.Arm.Driver = DriverFeetech },
			[]string{`arm.driver = "feetech"`, "arm.serial.baud = 115200", "set 500000"}},
		{"the servos need longer to stand", func(c *Config) { c.Arm.Driver, c.Arm.Serial.Baud, c.Arm.Horizon = DriverFeetech, 1e6, 50 },
			[]string{`arm.driver = "feetech"`, "arm.horizon_ms", "[arm.feetech]", "elbow"}},
		{"Marlin needs longer to stand", func(c *Config) { c.Arm.Driver = DriverMarlin },
			[]string{`arm.driver = "marlin"`, "arm.horizon_ms", "100ms"}},
		{"a uArm is slower", func(c *Config) { c.Arm.Driver = DriverUarm },
			[]string{`arm.driver = "uarm"`, "safety.motion.tick_hz", "10ms"}},
		{"a RoArm is slower", func(c *Config) { c.Arm.Driver = DriverRoarm },
			[]string{`arm.driver = "roarm"`, "safety.motion.tick_hz", "10ms"}},
		{"no such driver", func(c *Config) { c.Arm.Driver = "fanuc" },
			[]string{`arm.driver = "fanuc"`}},
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
[arm.marlin]
gripper_open = "M42 P1 S255"
gripper_close = "M42 P1 S0"
realtime_position = true
[arm.uarm]
tool = "pump"
[arm.roarm]
gripper_open_deg = 90
gripper_closed_deg = 180
grip_force = 300
[arm.feetech]
hand_pitch_deg = 18
min_voltage = 10
max_voltage = 12.5
max_temperature = 60
max_load_percent = 70
links = { height_mm = 101, offset_mm = 11, upper_mm = 121, fore_mm = 122, hand_mm = 81 }
base = { id = 11, zero = 1024, direction = -1, min_deg = -45, max_deg = 60, speed_deg_s = 36, accel_deg_s2 = 360, torque_percent = 51 }
shoulder = { id = 12, zero = 2048, direction = 1, min_deg = 3, max_deg = 120, speed_deg_s = 72, accel_deg_s2 = 720, torque_percent = 52 }
elbow = { id = 13, zero = 3072, direction = -1, min_deg = -135, max_deg = -9, speed_deg_s = 108, accel_deg_s2 = 1080, torque_percent = 53 }
wrist = { id = 14, zero = 512, direction = 1, min_deg = -30, max_deg = 90, speed_deg_s = 144, accel_deg_s2 = 1440, torque_percent = 54 }
claw = { id = 15, open = 2500, closed = 2100, speed_deg_s = 180, torque_percent = 55 }
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
	wantMarlin := marlin.Config{
		Horizon:          80 * time.Millisecond,
		Tick:             20 * time.Millisecond,
		Speed:            110,
		GripperOpen:      "M42 P1 S255",
		GripperClose:     "M42 P1 S0",
		RealtimePosition: true,
	}
	if diff := cmp.Diff(wantMarlin, c.marlin()); diff != "" {
		t.Errorf("marlin (-want +got):\n%s", diff)
	}
	wantUarm := uarm.Config{Horizon: 80 * time.Millisecond, Tick: 20 * time.Millisecond, Speed: 110, Tool: uarm.ToolPump}
	if diff := cmp.Diff(wantUarm, c.uarm()); diff != "" {
		t.Errorf("uarm (-want +got):\n%s", diff)
	}
	wantRoarm := roarm.Config{
		Horizon:       80 * time.Millisecond,
		Tick:          20 * time.Millisecond,
		Speed:         110,
		GripperOpen:   math.Pi / 2,
		GripperClosed: math.Pi,
		GripForce:     300,
	}
	if diff := cmp.Diff(wantRoarm, c.roarm()); diff != "" {
		t.Errorf("roarm (-want +got):\n%s", diff)
	}
}

func TestFeetechConfig(t *testing.T) {
	c, err := parse("aetherd.toml", []byte(everyDriverKey))
	if err != nil {
		t.Fatal(err)
	}
	const tenth = math.Pi / 1800 // of a degree, in rad
	want := feetech.Config{
		Horizon: 80 * time.Millisecond,
		Tick:    20 * time.Millisecond,
		Arm: kinematics.Arm{
			Links: kinematics.Links{Height: 101, Offset: 11, Upper: 121, Fore: 122, Hand: 81},
			Pitch: 180 * tenth,
			Joints: [kinematics.Joints]kinematics.Joint{
				{Min: -450 * tenth, Max: 600 * tenth, Zero: math.Pi / 2, Direction: -1, Speed: 360 * tenth},
				{Min: 30 * tenth, Max: 1200 * tenth, Zero: math.Pi, Direction: 1, Speed: 720 * tenth},
				{Min: -1350 * tenth, Max: -90 * tenth, Zero: 3 * math.Pi / 2, Direction: -1, Speed: 1080 * tenth},
				{Min: -300 * tenth, Max: 900 * tenth, Zero: math.Pi / 4, Direction: 1, Speed: 1440 * tenth},
			},
		},
		Servos: [kinematics.Joints]feetech.JointServo{
			{ID: 11, TorqueLimit: 51, Accel: 3600 * tenth},
			{ID: 12, TorqueLimit: 52, Accel: 7200 * tenth},
			{ID: 13, TorqueLimit: 53, Accel: 10800 * tenth},
			{ID: 14, TorqueLimit: 54, Accel: 14400 * tenth},
		},
		Claw:           &feetech.Claw{ID: 15, Open: 2500, Closed: 2100, Speed: 1800 * tenth, TorqueLimit: 55},
		MinVoltage:     10,
		MaxVoltage:     12.5,
		MaxTemperature: 60,
		MaxLoad:        70,
	}
	if diff := cmp.Diff(want, c.feetech(), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("feetech (-want +got):\n%s", diff)
	}
	c.Arm.Feetech.Claw.ID = 0
	if claw := c.feetech().Claw; claw != nil {
		t.Errorf("a claw without an id: %+v", claw)
	}
}
