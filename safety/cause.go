package safety

// CauseKind is why the state changed.
type CauseKind uint8

const (
	CauseStation       CauseKind = iota // a station asked for a stop
	CauseBoot                           // the daemon has just started
	CauseLinkLost                       // the connection to the arm is gone; active until it is back
	CauseWriteFailed                    // a write to the arm returned an error
	CauseWriteStuck                     // a write to the arm overran its deadline
	CauseArmAlarm                       // the controller refused, failed or locked itself
	CauseTrackingError                  // the arm is not where it was sent
	CausePanic                          // a defect in the daemon
	CauseEngine                         // an event loop ended unasked
	CauseShutdown                       // the daemon is going down
	CauseRelaxed                        // a station had the motors switched off
	stopCauseCount

	CauseDeadman    = stopCauseCount + iota // the holder was silent while moving
	CauseStalled                            // no setpoint was sent for so long that the arm has come to a stand
	CauseHolderGone                         // the holder disconnected
	CauseReleased                           // the holder released control
	CauseTaken                              // a higher role took control
	CauseLeaseEnded                         // the holder was silent at rest
	CauseOrdered                            // an order was admitted
	CauseReset                              // a stop was reset
	causeCount
)

var causeNames = [causeCount]string{
	CauseStation:       "station",
	CauseBoot:          "boot",
	CauseLinkLost:      "link_lost",
	CauseWriteFailed:   "write_failed",
	CauseWriteStuck:    "write_stuck",
	CauseArmAlarm:      "arm_alarm",
	CauseTrackingError: "tracking_error",
	CausePanic:         "panic",
	CauseEngine:        "engine",
	CauseShutdown:      "shutdown",
	CauseRelaxed:       "relaxed",
	CauseDeadman:       "deadman",
	CauseStalled:       "stalled",
	CauseHolderGone:    "holder_gone",
	CauseReleased:      "released",
	CauseTaken:         "taken",
	CauseLeaseEnded:    "lease_ended",
	CauseOrdered:       "ordered",
	CauseReset:         "reset",
}

func (k CauseKind) String() string { return causeNames[k] }

// StopCauses lists the kinds of cause that latch a stop.
func StopCauses() []CauseKind {
	all := make([]CauseKind, stopCauseCount)
	for i := range all {
		all[i] = CauseKind(i)
	}
	return all
}

// Cause is a kind and, in words, who or what it was.
type Cause struct {
	Kind CauseKind
	By   string // a station's name, an error's text, or ""
}

// maxCauses bounds the list that a stopped gate keeps; more distinct causes than this
// still number new stops, and are counted and logged by the daemon.
const maxCauses = 16

// StopResult is what a stop came to on the arm.
type StopResult uint8

const (
	StopPending     StopResult = iota // asked for, not yet known
	StopUnsupported                   // the arm has no stop: it moves on to the end of what was sent
	StopSent                          // sent; the arm cannot say whether it stands
	StopConfirmed                     // the arm says that it stands
)

func (r StopResult) String() string {
	return [...]string{"pending", "unsupported", "sent", "confirmed"}[r]
}
