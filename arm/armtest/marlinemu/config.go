package marlinemu

import "github.com/aether-arm/aetherd/safety"

// Config is how a board is built and set up. Its zero value is a Marlin 2.0.9.5 that has
// booted, with the stock options.
type Config struct {
	Position        safety.Point `json:"position,omitzero"`         // mm, where the arm is at start, and where Marlin believes it to be
	Accel           float64      `json:"accel,omitzero"`            // mm/s², M201 and M204; 0: 1000
	MaxFeed         float64      `json:"max_feed,omitzero"`         // mm/s, M203; 0: 300
	Realtime        bool         `json:"realtime,omitzero"`         // built with M114_REALTIME: M114 R
	EmergencyParser bool         `json:"emergency_parser,omitzero"` // built with EMERGENCY_PARSER
	Inches          bool         `json:"inches,omitzero"`           // built with INCH_MODE_SUPPORT: G20
	Version         string       `json:"version,omitzero"`          // "2.0.9.5" or "1.1.9"; "": "2.0.9.5"
	Banner          bool         `json:"banner,omitzero"`           // greets at start, as a board does whose DTR was pulsed
}

const defaultVersion = "2.0.9.5"

// settings are what M201, M203 and M204 change; they start anew with the board.
type settings struct {
	maxFeed  axes    // M203, mm/s
	maxAccel axes    // M201, mm/s²
	print    float64 // M204 P, mm/s²: motion with E, which there is none of
	retract  float64 // M204 R
	travel   float64 // M204 T: motion without E
}

func (c Config) settings() settings {
	accel, feed := c.Accel, c.MaxFeed
	if accel == 0 {
		accel = 1000
	}
	if feed == 0 {
		feed = 300
	}
	return settings{
		maxFeed: axes{feed, feed, feed}, maxAccel: axes{accel, accel, accel},
		print: accel, retract: accel, travel: accel,
	}
}

func (c Config) version() string {
	if c.Version == "" {
		return defaultVersion
	}
	return c.Version
}

// old reports whether this is a Marlin 1.
func (c Config) old() bool { return c.version()[0] == '1' }
