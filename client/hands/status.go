package hands

import "github.com/aether-arm/aetherd/safety"

// Status is what the clutch can tell.
type Status struct {
	State State
	Why   string // with Lost, and after it until the clutch engages again

	Arm  Arm
	Hand safety.Point // mm, placed and filtered; valid with Seen
	Seen bool
	HasZ bool // the hand's depth is known

	Target safety.Point // mm, sent last; valid with Engaged

	// The way from the hand to the arm; valid with Seen and an arm that is not blocked.
	Distance float64 // mm
	Way      string  // in directions of the picture
	Apart    bool    // the hand has to be away from the arm once before it can lead
	Outside  float64 // mm that the arm is outside of the box, where that is too far for a hand to get

	Grab                 Grab
	Frames, Bad, Dropped int
}

// Status returns what there is to tell now.
func (c *Clutch) Status() Status {
	s := Status{
		State: c.state, Why: c.why, Arm: c.arm, Hand: c.hand, Seen: c.hasHand, HasZ: c.hasZ, Target: c.target,
		Grab: c.grip.Steady(), Frames: c.frames, Bad: c.bad, Dropped: c.dropped,
	}
	if !c.known {
		s.Arm.Blocked = "the arm's position is not known"
	}
	if s.Arm.Blocked == "" {
		if far := c.cfg.Map.Box.Beyond(c.arm.Position); far > c.cfg.Distance {
			s.Outside = far
		}
	}
	if s.Seen && s.Arm.Blocked == "" {
		way := c.arm.Position.Sub(c.hand)
		s.Distance, s.Way, s.Apart = way.Norm(), c.cfg.Map.Direct(way), c.apart
	}
	return s
}
