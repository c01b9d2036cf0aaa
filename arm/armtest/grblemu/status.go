package grblemu

import "strconv"

// status is how a line ended: 0 is "ok", everything else "error:N". The numbers
// are Grbl 1.1's.
type status int

const (
	statusOK      status = 0
	errLetter     status = 1
	errNumber     status = 2
	errStatement  status = 3
	errNegative   status = 4
	errDisabled   status = 5
	errStepPulse  status = 6
	errNotIdle    status = 8
	errLocked     status = 9
	errSoftLimit  status = 10
	errOverflow   status = 11
	errTravel     status = 15
	errJog        status = 16
	errCommand    status = 20
	errModalGroup status = 21
	errNoFeed     status = 22
	errNotInteger status = 23
	errAxisClash  status = 24
	errRepeated   status = 25
	errNoAxes     status = 26
	errLineNumber status = 27
	errNoValue    status = 28
	errCoords     status = 29
	errG53        status = 30
	errAxesUnused status = 31
	errUnused     status = 36
	errMaxValue   status = 38
)

func (s status) String() string {
	if s == statusOK {
		return "ok"
	}
	return "error:" + strconv.Itoa(int(s))
}
