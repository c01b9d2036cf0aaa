package hands

import "github.com/aether-arm/aetherd/safety"

// Grip makes a state of the left hand out of single frames, and of that what the gripper is
// told: Frames frames in a row have to be the same. A frame without a left hand is none: the
// hand goes on doing what it did.
type Grip struct {
	Frames int

	seen   Grab // in the last frames
	count  int  // of them
	steady Grab
	told   Grab
}

// See takes what one frame shows.
func (g *Grip) See(now Grab) {
	switch {
	case now == NoGrab:
		g.count = 0
		return
	case now != g.seen:
		g.seen, g.count = now, 0
	}
	if g.count++; g.count >= g.Frames {
		g.steady, g.count = now, g.Frames
	}
}

// Begin takes what the hand does now for what the gripper has been told: an arm that holds
// something does not drop it because a hand that is open has come to it.
func (g *Grip) Begin() { g.told = g.steady }

// Forget takes that the hand was away: what it did before is no state to compare with.
func (g *Grip) Forget() { *g = Grip{Frames: g.Frames} }

// Next returns what the gripper is to be told, GripperUnchanged for nothing: only what the
// hand does anew since Begin.
func (g *Grip) Next() safety.Gripper {
	before := g.told
	if g.steady == before {
		return safety.GripperUnchanged
	}
	g.told = g.steady
	switch {
	case before == NoGrab: // the hand was not seen yet at Begin
		return safety.GripperUnchanged
	case g.steady == Open:
		return safety.GripperOpen
	}
	return safety.GripperClosed
}

// Steady returns what the left hand does.
func (g *Grip) Steady() Grab { return g.steady }
