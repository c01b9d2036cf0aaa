package jog

// Note is what the operator should know of the motion.
type Note uint8

const (
	Nothing      Note = iota
	AtEdge            // the target is at the workspace's edge
	Waiting           // the target waits for the arm
	Outside           // the arm stands outside the workspace
	Silent            // the terminal fell silent while a key was held
	Stalled           // this program stood still while a key was held
	Unfocused         // the terminal lost the focus
	Refused           // the daemon refused a target, or it got lost
	Stopped           // a stop is latched
	Held              // the daemon held the arm by itself
	Unplaced          // the arm does not say where it is
	NoNews            // the daemon does not say where the arm is
	Disconnected      // there is no connection
)

var notes = [...]string{
	AtEdge:       "At the edge of the workspace.",
	Waiting:      "The target waits: the arm does not follow.",
	Outside:      "The arm stands outside the workspace. Bring it in with: aetherctl move",
	Silent:       "The terminal fell silent: let go of the keys, then press again.",
	Stalled:      "This program stood still: let go of the keys, then press again.",
	Unfocused:    "The terminal lost the focus: press again.",
	Refused:      "Refused: let go of the keys.",
	Stopped:      "The arm is stopped: r resets.",
	Held:         "The daemon held the arm: let go of the keys, then press again.",
	Unplaced:     "The arm does not say where it is.",
	NoNews:       "No news of the arm: let go of the keys, then press again.",
	Disconnected: "Not connected: nothing moves. After that, press again.",
}

// String says what to do.
func (n Note) String() string { return notes[n] }
