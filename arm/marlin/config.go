package marlin

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Config is what the driver is told about its arm.
type Config struct {
	Horizon          time.Duration // most motion that may be committed to the controller
	Tick             time.Duration // between two setpoints
	Speed            float64       // mm/s, the configured limit: no line asks for more
	GripperOpen      string        // one line of G-code; "" with GripperClose "": no gripper
	GripperClose     string        // one line of G-code
	RealtimePosition bool          // the firmware is built with M114_REALTIME: M114 R shows where the arm is, and not where it goes
}

const (
	// window is how many lines may be sent and not answered before another one waits:
	// Marlin reads four lines ahead (BUFSIZE 4), and a bare M410 is heeded when it is
	// read. With M400 behind them, a stop finds room.
	window = 2
	// lineBytes is the longest line without its newline (MAX_CMD_SIZE 96), less what the
	// line number and the checksum take.
	lineBytes = 80
	// plannerBlocks is how many motions are out at once: BLOCK_BUFFER_SIZE is 16, 8 in
	// small builds, and a line that waits for a place holds up every line behind it.
	plannerBlocks = 14

	// margin is what the horizon loses to what the model cannot know: a line of 50 bytes
	// takes 4 ms at 115200 baud, and Marlin some milliseconds to come to it.
	margin = 20 * time.Millisecond
	// lineLatency is from the write of a line until it is planned, as a rule. Then its
	// answer says so.
	lineLatency = 10 * time.Millisecond
	// firstDelay is how long the planner holds back the first motion from rest, unless
	// firstBlocks of them have come (BLOCK_DELAY_FOR_1ST_MOVE, planner.cpp).
	firstDelay  = 100 * time.Millisecond
	firstBlocks = 3
	// fewestTicks and firstMotion are the shortest usable horizon behind margin, firstDelay
	// and lineLatency: one motion from rest to rest must fit.
	fewestTicks = 3
	firstMotion = 50 * time.Millisecond

	movingPoll = 100 * time.Millisecond // M114 R
	restPoll   = time.Second            // to see that the controller lives, and where its panel has moved the arm
	restGrace  = 20 * time.Millisecond  // from the modelled end of a motion to M400
	drainGrace = 150 * time.Millisecond // from the horizon after a stop to M410
	noiseWait  = 500 * time.Millisecond // after a damaged line, for the answers that still come
	ackTimeout = time.Second            // a line that does not wait for motion takes milliseconds
	busyWait   = 3 * time.Second        // between two signs of life of one that waits: echo:busy comes every 2 s
	quickWait  = 4 * time.Second        // M410 holds the controller up for a second, and then for another
	openWait   = 10 * time.Second       // bootloader, display and SD card take up to that
	openTick   = 100 * time.Millisecond
)

// Validate reports what is wrong with c, or nil.
func (c Config) Validate() error {
	least := margin + firstDelay + lineLatency + max(fewestTicks*c.Tick, firstMotion)
	switch {
	case c.Tick <= 0:
		return fmt.Errorf("tick %v: must be positive", c.Tick)
	case c.Horizon < least:
		return fmt.Errorf("horizon %v: a Marlin arm needs at least %v at a tick of %v, for Marlin holds the first motion from rest back for %v",
			c.Horizon, least, c.Tick, firstDelay)
	case !(c.Speed > 0) || math.IsInf(c.Speed, 0):
		return fmt.Errorf("speed %v mm/s: must be positive", c.Speed)
	}
	if c.gripper() == safety.NoGripper {
		return nil
	}
	for _, line := range []string{c.GripperOpen, c.GripperClose} {
		if err := checkGripperLine(line); err != nil {
			return fmt.Errorf("gripper line %q: %w", line, err)
		}
	}
	return nil
}

func (c Config) gripper() safety.GripperKind {
	if c.GripperOpen == "" && c.GripperClose == "" {
		return safety.NoGripper
	}
	return safety.OpenCloseGripper
}

// ask returns the line that asks where the arm is.
func (c Config) ask() string {
	if c.RealtimePosition {
		return askRealtime
	}
	return askTarget
}

// gripperLine switches an output or turns a servo, and cannot move an axis past the gate.
// M42 without I leaves the pins alone that belong to motors.
var gripperLine = regexp.MustCompile(`^(M280|M106|M107|M42|M3|M5)( ?[PS][0-9]+(\.[0-9]+)?)*$`)

func checkGripperLine(line string) error {
	if len(line) > lineBytes {
		return fmt.Errorf("%d bytes: Marlin takes %d", len(line), lineBytes)
	}
	if !gripperLine.MatchString(line) {
		return errors.New("must be one of M280, M106, M107, M42, M3 and M5 with P and S words, like M280 P0 S90: nothing else may go past the safety gate")
	}
	return nil
}
