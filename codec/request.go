package codec

import (
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Version is the version of the protocol.
const Version = 1

// Bounds of what a request may say.
const (
	MaxID   = 64             // bytes of an id as sent, quotes and escapes included
	MaxName = 64             // bytes of a name after unescaping
	MaxTime = 24 * time.Hour // the longest ttl_ms and deadman_ms
	MaxRate = 50             // Hz, the highest rate_hz
	MinRate = 0.01           // Hz, the lowest: a state every 100 s

	// MinDeadman is the shortest deadman_ms. It only keeps nonsense out: what a
	// station can hold is for the daemon to judge.
	MinDeadman = time.Millisecond

	// DefaultRate is the rate of state events in Hz where subscribe names none.
	DefaultRate = 10
)

// Request is one decoded line. Members that the line does not have are zero,
// except where said. It is reused from line to line. ID and Name may alias the
// line and are valid as long as it is.
type Request struct {
	Type    Type
	ID      []byte         // the JSON token as sent, a string or an integer; nil if there is none
	Target  safety.Point   // mm, of command and move
	Speed   float64        // mm/s, of move; 0 where it names none
	Gripper safety.Gripper // of command and grip
	TTL     time.Duration  // how long the request may wait; 0: for ever
	Check   bool           // asks for the verdict only
	Notify  bool           // asks for an event when the motion ends
	StopID  uint64         // of reset
	Name    []byte         // of hello and stop, unescaped printable UTF-8; nil if there is none
	Deadman time.Duration  // of hello; 0 where it names none
	RateHz  float64        // of subscribe, DefaultRate where it names none
}
