package uarmemu

import "github.com/aether-arm/aetherd/safety"

// Config is how an arm is set up.
type Config struct {
	Position safety.Point `json:"position,omitzero"`  // mm, where the arm stands at start; 0, 0, 0 (out of reach): Home
	Power    bool         `json:"power,omitzero"`     // the 12 V of the motors are there
	Booted   bool         `json:"booted,omitzero"`    // already runs, and says nothing of itself; else it boots, as one does whose DTR was pulsed
	Accel    float64      `json:"accel,omitzero"`     // mm/s², along the path; 0: defaultAccel
	MaxSpeed float64      `json:"max_speed,omitzero"` // mm/s, whatever F asks for; 0: defaultMaxSpeed

	// FeedInDegrees plans as the firmware's source does: F of 60 is 1 degree/s of the three joints
	// together, and Accel and MaxSpeed are in degrees.
	FeedInDegrees bool `json:"feed_in_degrees,omitzero"`
}

// Home is where an arm stands that is not told otherwise.
var Home = safety.Point{X: 200, Z: 150}

// The firmware plans in degrees: its acceleration is about 600 mm/s² at 180 mm from the base.
// What it makes of a feed depends on the posture; the default limit in mm/s is a round number
// that the stations' limits stay below.
const (
	defaultAccel    = 600.0 // mm/s²
	defaultMaxSpeed = 300.0 // mm/s

	degreesAccel    = 200.0 // degrees/s², MODE_NORMAL_ACCELERATION (uArmParams.h)
	degreesMaxSpeed = 500.0 // degrees/s, DEFAULT_MAX_FEEDRATE (Configuration.h)
)

func (c Config) withDefaults() Config {
	if c.Position == (safety.Point{}) {
		c.Position = Home
	}
	accel, maxSpeed := defaultAccel, defaultMaxSpeed
	if c.FeedInDegrees {
		accel, maxSpeed = degreesAccel, degreesMaxSpeed
	}
	if !(c.Accel > 0) {
		c.Accel = accel
	}
	if !(c.MaxSpeed > 0) {
		c.MaxSpeed = maxSpeed
	}
	return c
}
