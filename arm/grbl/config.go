package grbl

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"time"
)

// The gripper on the output of a spindle: M5 switches it off, M3 S1000 on.
const (
	DefaultGripperOpen  = "M5"
	DefaultGripperClose = "M3 S1000"
)

// Config is what the driver is told about its arm.
type Config struct {
	Horizon      time.Duration // most motion that may be committed to the controller
	Tick         time.Duration // between two setpoints
	Speed        float64       // mm/s, the configured limit: no line asks for more
	GripperOpen  string        // one line of G-code; "": DefaultGripperOpen
	GripperClose string        // one line of G-code; "": DefaultGripperClose
	Unlock       bool          // Rearm may send $X: whoever resets answers for an arm whose position may be lost
}

const (
	// rxBytes is the most that may be sent and un-acknowledged: Grbl keeps 128 bytes
	// and drops what comes on top without a word (grbl/serial.c, RX_BUFFER_SIZE).
	rxBytes = 127
	// lineBytes is the longest line without its newline (LINE_BUFFER_SIZE 80).
	lineBytes = 79
	// plannerBlocks is how many motions are out at once. Grbl plans 15
	// (BLOCK_BUFFER_SIZE 16); a line that waits for the 16th place would run after
	// a jog cancel.
	plannerBlocks = 14

	// margin is what the horizon loses to what the model cannot know: a line of 50 bytes
	// takes 4 ms at 115200 baud, Grbl 1 to 5 ms to plan it (doc/markdown/jogging.md), and
	// whether a motion still joins the one before is decided every 10 ms.
	margin = 20 * time.Millisecond
	// fewestTicks is the shortest usable horizon behind the margin: one motion from
	// rest to rest must fit.
	fewestTicks = 3

	movingPoll = 100 * time.Millisecond  // Grbl asks for at most 10 Hz (doc/markdown/interface.md)
	restPoll   = time.Second             // only to see that the controller lives
	ackTimeout = 500 * time.Millisecond  // parsing takes milliseconds, ALARM holds Grbl up for 500 ms
	gripWait   = 2 * time.Second         // M3 and M5 wait until the planner has drained
	answerWait = 1500 * time.Millisecond // from ? to the report: longer than restPoll, so that noise may cost one
	stopWait   = 500 * time.Millisecond  // from jog cancel to standstill, and again from feed hold
	proofWait  = 200 * time.Millisecond  // for an empty line
	resetWait  = 2 * time.Second         // from 0x18 to the banner
	restWait   = 500 * time.Millisecond  // from the end of a motion to Idle: twice $1, at most 254 ms
	openWait   = 5 * time.Second         // a bootloader takes 1 to 2 s of it
	openPoll   = 200 * time.Millisecond  // ? while opening
	knockAgain = 2500 * time.Millisecond // 0x18 again if a bootloader swallowed the first
)

// Validate reports what is wrong with c, or nil.
func (c Config) Validate() error {
	c = c.withDefaults()
	switch {
	case c.Tick <= 0:
		return fmt.Errorf("tick %v: must be positive", c.Tick)
	case c.Horizon < margin+fewestTicks*c.Tick:
		return fmt.Errorf("horizon %v: a Grbl arm needs at least %v at a tick of %v",
			c.Horizon, margin+fewestTicks*c.Tick, c.Tick)
	case !(c.Speed > 0) || math.IsInf(c.Speed, 0):
		return fmt.Errorf("speed %v mm/s: must be positive", c.Speed)
	}
	for _, line := range []string{c.GripperOpen, c.GripperClose} {
		if err := checkGripperLine(line); err != nil {
			return fmt.Errorf("gripper line %q: %w", line, err)
		}
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.GripperOpen == "" {
		c.GripperOpen = DefaultGripperOpen
	}
	if c.GripperClose == "" {
		c.GripperClose = DefaultGripperClose
	}
	return c
}

// gripperLine is one M-code with its words: it switches an output and cannot move an axis
// or shift the frame, as G0 and G92 would past the gate.
var gripperLine = regexp.MustCompile(`^M[0-9]+( ?[SPEQ][0-9]+(\.[0-9]+)?)*$`)

func checkGripperLine(line string) error {
	if len(line) > lineBytes {
		return fmt.Errorf("%d bytes: Grbl takes %d", len(line), lineBytes)
	}
	if !gripperLine.MatchString(line) {
		return errors.New("must be one M-code with S, P, E or Q words, like M3 S1000: nothing else may go past the safety gate")
	}
	return nil
}
