package grblemu

import "github.com/aether-arm/aetherd/safety"

// Config is how a board is built and set up.
type Config struct {
	Settings   map[int]float64 `json:"settings,omitempty"`   // $ settings that differ from the emulator's defaults
	HAL        bool            `json:"hal,omitzero"`         // grblHAL: banner, 1024 bytes RX, 8-bit aliases, no alarm at a reset in motion, 0x85 drops waiting lines
	Banner     bool            `json:"banner,omitzero"`      // greets at start, as a board does whose DTR was pulsed
	Locked     bool            `json:"locked,omitzero"`      // starts in Alarm
	Position   safety.Point    `json:"position,omitzero"`    // mm, the machine position at start
	WorkOffset safety.Point    `json:"work_offset,omitzero"` // mm, the stored G54
}
