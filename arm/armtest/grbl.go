package armtest

import "github.com/aether-arm/aetherd/safety"

// GrblConfig is how a board is built and set up.
type GrblConfig struct {
	Settings   map[int]float64 // $ settings that differ from the emulator's defaults
	HAL        bool            // grblHAL: banner, 1024 bytes RX, 8-bit aliases, no alarm at a reset in motion, 0x85 drops waiting lines
	Banner     bool            // greets at start, as a board does whose DTR was pulsed
	Locked     bool            // starts in Alarm
	Position   safety.Point    // mm, the machine position at start
	WorkOffset safety.Point    // mm, the stored G54
	Faults     []string        // commands to carry out before the first byte
	Link       string          // a symbolic link to the pty, "" for none
	Log        string          // a file that the events are appended to, "" for none
}

// GrblOption changes a GrblConfig.
type GrblOption func(*GrblConfig)

// GrblSetting sets $n to v.
func GrblSetting(n int, v float64) GrblOption {
	return func(c *GrblConfig) {
		if c.Settings == nil {
			c.Settings = map[int]float64{}
		}
		c.Settings[n] = v
	}
}

// GrblHAL makes it a grblHAL board.
func GrblHAL() GrblOption { return func(c *GrblConfig) { c.HAL = true } }

// GrblBanner lets the board greet at start.
func GrblBanner() GrblOption { return func(c *GrblConfig) { c.Banner = true } }

// GrblLocked starts the board in Alarm.
func GrblLocked() GrblOption { return func(c *GrblConfig) { c.Locked = true } }

// GrblAt starts the board at the machine position p, in mm.
func GrblAt(p safety.Point) GrblOption { return func(c *GrblConfig) { c.Position = p } }

// GrblWorkOffset sets the stored G54, in mm.
func GrblWorkOffset(p safety.Point) GrblOption { return func(c *GrblConfig) { c.WorkOffset = p } }

// GrblFaults gives commands to carry out before the first byte.
func GrblFaults(commands ...string) GrblOption {
	return func(c *GrblConfig) { c.Faults = append(c.Faults, commands...) }
}

// GrblLink keeps a symbolic link at path to the pty while there is one, as udev
// does, so that a replacement can appear under the same path. Not in memory.
func GrblLink(path string) GrblOption { return func(c *GrblConfig) { c.Link = path } }

// GrblLog appends the events to the file at path. Not in memory.
func GrblLog(path string) GrblOption { return func(c *GrblConfig) { c.Log = path } }

func grblConfig(opts []GrblOption) (c GrblConfig) {
	for _, opt := range opts {
		opt(&c)
	}
	return c
}
