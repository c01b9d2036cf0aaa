package feetech

import (
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

const (
	// followWait is how long a joint may be farther from its goal than a load explains
	// without coming nearer.
	followWait = 400 * time.Millisecond
	// progress is what counts as coming nearer, in counts: 0.7°.
	progress = 8
)

// following watches a joint that is far from its goal.
type following struct {
	behind bool
	since  safety.Instant
	from   int // counts, where it was then
}

// late takes where a servo is and its goal, and reports whether it does not come nearer.
func (f *following) late(now safety.Instant, position, goal int) bool {
	off := goal - position
	if distance(off, 0) <= sag {
		f.behind = false
		return false
	}
	came := distance(goal, f.from) - distance(goal, position)
	if !f.behind || came >= progress {
		*f = following{behind: true, since: now, from: position}
	}
	return now-f.since >= followWait
}

// followed finds joints that do not come to their goals. Such a joint is told to stay where it
// is: it would go on pushing.
func (s *session) followed(now safety.Instant) {
	for i := range s.joints() {
		servo := &s.slots[i]
		if s.limp || s.rearm != rearmNone || !servo.is.torque {
			servo.follow = following{}
			continue
		}
		if !servo.fresh || !servo.follow.late(now, servo.is.position, servo.goal) {
			continue
		}
		degrees := float64(distance(servo.off(), 0)) * 360 / CountsPerTurn
		servo.goal, servo.follow = min(max(servo.is.position, 0), CountsPerTurn-1), following{}
		s.dirty, s.chain, s.faulted = true, chain{}, true
		s.alarm(fmt.Sprintf("%s does not follow: %.1f° from its goal and no nearer for %v, an obstacle or an overload",
			servo.name, degrees, followWait), false)
	}
}
