package commission

import (
	"errors"
	"fmt"

	"github.com/aether-arm/aetherd/arm/feetech"
)

const (
	leastRange = 10.0 // degrees that a joint must have been moved through
	leastTurn  = 3.0  // degrees that show a direction
)

// errWrapped means that a joint goes over the end of its servo's turn.
var errWrapped = errors.New("its range goes over the end of the servo's turn, where the counts jump from 4095 to 0. " +
	"Mount the horn so that the middle of the range is near 2048 counts, or set the servo's middle with the vendor's tool, and begin again")

// errUnseen means that nobody knows which way a joint went between two readings.
var errUnseen = errors.New("it was turned too far while the servo was silent")

// travel is where a servo has been while it was turned by hand, in counts.
type travel struct {
	first, last int
	low, high   int
	begun       bool
}

// add takes a reading. It returns errWrapped for one that lies on the other side of the
// end of the turn: no hand turns a joint by a quarter turn between two readings.
func (t *travel) add(position int) error {
	const quarter = feetech.CountsPerTurn / 4
	jump := 0
	if t.begun {
		jump = max(position-t.last, t.last-position)
	}
	switch {
	case position < 0 || position > lastCount || jump > 3*quarter:
		return errWrapped
	case jump > quarter:
		return errUnseen
	}
	if !t.begun {
		*t = travel{first: position, low: position, high: position, begun: true}
	}
	t.last = position
	t.low, t.high = min(t.low, position), max(t.high, position)
	return nil
}

// direction returns the sign of the turn, or why it does not show one.
func (t *travel) direction() (int, error) {
	sign, by, back := 1, t.last-t.first, t.first-t.low
	if by < 0 {
		sign, by, back = -1, -by, t.high-t.first
	}
	switch {
	case degrees(by) < leastTurn:
		return 0, fmt.Errorf("it has turned by %.1f° only, at least %g° are needed", degrees(by), leastTurn)
	case back > by/2:
		return 0, errors.New("it went both ways")
	}
	return sign, nil
}
