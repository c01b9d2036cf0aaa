package client

import "github.com/aether-arm/aetherd/safety"

// End is how a motion ended.
type End uint8

const (
	Done       End = iota // the arm stands at its target
	Superseded            // a newer motion took its place
	Stopped               // it was stopped short; Cause says by what
	Expired               // its TTL ran out before it began
	endCount
)

var endNames = [endCount]string{"done", "superseded", "stopped", "expired"}

// String returns the word of the protocol.
func (e End) String() string { return endNames[e] }

func endOf(event string) (End, bool) {
	for i, name := range endNames {
		if event == name {
			return End(i), true
		}
	}
	return 0, false
}

// Outcome is what became of a motion.
type Outcome struct {
	End         End
	Cause       string       // of Stopped, in the protocol's words: "station", "deadman", "released" …
	Position    safety.Point // mm, where the arm stands; valid with HasPosition
	HasPosition bool         // of Done
}

// Err returns nil for Done, and an *Unfinished for all else.
func (o Outcome) Err() error {
	if o.End == Done {
		return nil
	}
	return &Unfinished{o}
}

// Unfinished is a motion that did not come to its target.
type Unfinished struct{ Outcome }

func (u *Unfinished) Error() string {
	switch u.End {
	case Superseded:
		return "a newer motion took its place"
	case Expired:
		return "it expired before it began"
	}
	return "stopped short: " + u.Cause
}

func (r *reply) outcome(end End) Outcome {
	o := Outcome{End: end, Cause: r.Cause}
	o.Position, o.HasPosition = r.Position.known()
	return o
}
