package client

import (
	"testing"
	"time"
	"unsafe"
)

// slept returns at as it is where the wall clock is by so much ahead of the monotonic one: after
// the computer has slept.
func slept(t *testing.T, at time.Time, by time.Duration) time.Time {
	t.Helper()
	later := at
	// Bits 30 to 62 of the first word are the seconds of the wall clock (package time, Time).
	(*struct{ wall uint64 })(unsafe.Pointer(&later)).wall += uint64(by/time.Second) << 30
	if later.Sub(at) != 0 || later.Round(0).Sub(at.Round(0)) != by {
		t.Fatal("a time has another form: mend slept")
	}
	return later
}

// A computer that sleeps stops its monotonic clock, and what was decided before is over.
func TestSleepCounts(t *testing.T) {
	at := time.Now().Add(time.Second)
	if left := remaining(at, slept(t, time.Now(), time.Hour)); left > 0 {
		t.Errorf("after an hour of sleep there are %v left of a second", left)
	}
	if left := remaining(at, slept(t, time.Now(), -time.Hour)); left > time.Second {
		t.Errorf("with a clock that was set back there are %v left of a second", left)
	}
	if left := remaining(at.Add(time.Minute), time.Now()); left < time.Minute {
		t.Errorf("there are %v left of a minute", left)
	}
}
