package commission

import (
	"context"
	"math"
	"strconv"
)

// ask asks for a text until parse takes it. An empty answer is the proposal, if there is one.
func ask[T any](ctx context.Context, c *Console, what, proposal string, parse func(string) (T, error)) (value T, err error) {
	for {
		if proposal == "" {
			c.prompt("  %s: ", what)
		} else {
			c.prompt("  %s [%s]: ", what, proposal)
		}
		answer, err := c.line(ctx)
		if err != nil {
			return value, err
		}
		if answer == "" {
			answer = proposal
		}
		if value, err = parse(answer); err == nil {
			return value, nil
		}
		c.say("  %v\n", err)
	}
}

// shown formats a proposed number; NaN is none.
func shown(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
