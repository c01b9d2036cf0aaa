package roarm

import (
	"math"
	"time"
)

const (
	// restTime is how long a servo has to show the same to count as standing. It is longer
	// than the longest tick, so that a row of setpoints is one motion.
	restTime = 100 * time.Millisecond
	// restWidth is in rad: two counts and rounding. With restTime it is a speed of 2°/s.
	restWidth = 2.5 * count
	// restAnswers is how many positions it takes at least.
	restAnswers = 3
)

// rest finds out whether some angles stand.
type rest struct {
	since     time.Duration // when they began to be where they are
	low, high posture
	seen      int
}

// disturb begins anew: something may move from now on.
func (r *rest) disturb(now time.Duration) { *r = rest{since: now} }

// see takes what is measured.
func (r *rest) see(now time.Duration, q posture) {
	low, high := q, q
	if r.seen > 0 {
		for j := range q {
			low[j], high[j] = math.Min(low[j], r.low[j]), math.Max(high[j], r.high[j])
			if high[j]-low[j] > restWidth {
				*r = rest{since: now, low: q, high: q, seen: 1}
				return
			}
		}
	}
	r.low, r.high = low, high
	r.seen++
}

// stands reports whether the angles have been the same for restTime.
func (r *rest) stands(now time.Duration) bool {
	return r.seen >= restAnswers && now-r.since >= restTime
}
