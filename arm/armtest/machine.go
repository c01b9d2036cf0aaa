package armtest

import "time"

// Machine is a controller and the arm behind it, as a state machine in time: no
// goroutine, no lock, no clock. One caller at a time.
type Machine interface {
	// Advance plays until now. It does not go back in time.
	Advance(now time.Duration)
	// Next returns when Advance has something to do again, Never if nothing is to come.
	Next() time.Duration
	// Receive takes bytes from the host at now.
	Receive(now time.Duration, p []byte)
	// Fault carries out a command of the test, or says why it cannot. "resume" ends
	// what lasts.
	Fault(now time.Duration, command string) error
	// Take returns what was sent to the host and what happened, since the last Take.
	Take() (out []byte, events []Event)
	// Event describes the present moment: where the arm truly is, and how fast it moves.
	Event(ev, text string, n int) Event
}

// Never is a moment that does not come.
const Never time.Duration = 1<<63 - 1
