package safety

// EventKind says what happened.
type EventKind uint8

const (
	Done           EventKind = iota // the motion ended where it was sent
	Superseded                      // a newer motion replaced it
	StoppedShort                    // a stop, a hold or a change of control ended it; Cause says which
	ExpiredUnbegun                  // its time ran out before it began

	StateChanged   // State is the new state
	ControlChanged // Holder is the new holder's name, "" for nobody
	StopLatched    // StopID and Cause
)

var eventNames = [...]string{"done", "superseded", "stopped", "expired", "state", "control", "stop"}

// String returns the name of the event on the wire.
func (k EventKind) String() string { return eventNames[k] }

// Event is something that happened and that no reply tells. The first four kinds belong
// to a motion that asked to be notified, and carry its Session and Tag.
type Event struct {
	Kind     EventKind
	Session  *Session
	Tag      string
	Position Point // of Done, mm
	Cause    Cause
	State    State
	StopID   uint64
	Holder   string
}

func (g *Gate) emit(e Event) { g.events = append(g.events, e) }

// Events returns what happened since the last call. The slice is valid until the next
// method of the gate.
func (g *Gate) Events() []Event {
	events := g.events
	g.events = g.events[:0]
	return events
}
