// Package elapsed tells how long something has lasted, with the sleep of the computer.
package elapsed

import "time"

// Between returns the time from one moment to another. A computer that sleeps stops its monotonic
// clock, and not the one on its wall: the longer of both counts. A wall clock that is set forward
// makes a time too long, which holds an arm that need not be held, and does no harm.
func Between(from, to time.Time) time.Duration {
	return max(to.Sub(from), to.Round(0).Sub(from.Round(0)))
}
