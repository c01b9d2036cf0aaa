package uarmemu

import "github.com/aether-arm/aetherd/safety"

// Config is how an arm is set up.
type Config struct {
	Position safety.Point `json:"position,omitzero"`  // mm, where the arm stands at start; 0, 0, 0 (out of reach): Home
	Power    bool         `json:"power,omitzero"`     // the 12 V of the motors are there
	Booted   bool         `json:"booted,omitzero"`    // already runs, and says nothing of itself; else it boots, as one does whose DTR was pulsed
	Accel    float64      `json:"accel,omitzero"`     // mm/s², along the path; 0: defaultAccel
	MaxSpeed float64      `json:"max_speed,omitzero"` // mm/s, whatever F asks for; 0: defaultMaxSpeed
}

// Home is where an arm stands that is not told otherwise.
var Home = safety.Point{X: 200, Z: 150}

// The firmware plans in degrees: 200 deg/s² (MODE_NORMAL_ACCELERATION, uArmParams.h) are
// about 600 mm/s² at 180 mm from the base. What it makes of a feed depends on the posture;
// the default is a round number that the stations' limits stay below.
const (
	defaultAccel    = 600.0 // mm/s²
	defaultMaxSpeed = 300.0 // mm/s
)

func (c Config) withDefaults() Config {
	if c.Position == (safety.Point{}) {
		c.Position = Home
	}
	if !(c.Accel > 0) {
		c.Accel = defaultAccel
	}
	if !(c.MaxSpeed > 0) {
		c.MaxSpeed = defaultMaxSpeed
	}
	return c
}
