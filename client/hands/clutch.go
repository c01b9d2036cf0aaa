package hands

import (
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// State is what the clutch does.
type State uint8

const (
	Waiting  State = iota // no hand is seen
	Aligning              // a hand is seen, and does not have the arm
	Engaged               // the hand leads the arm
	Lost                  // it did, and something ended that
)

func (s State) String() string {
	return [...]string{"waiting for a hand", "aligning", "engaged", "lost"}[s]
}

// Arm is what is known of the arm.
type Arm struct {
	Position safety.Point // mm, measured
	Blocked  string       // why it cannot be moved now; "": it can, and Position is valid
	Ours     bool         // this station has control, or nobody needs it
	Held     bool         // the daemon has decelerated it by itself
}

// Action is what to do now.
type Action struct {
	Release bool           // decelerate the arm and give control up, at once
	Move    bool           // send the arm to Target
	Target  safety.Point   // mm
	Gripper safety.Gripper // what to tell the gripper
}

// armFresh is how old what is known of the arm may be for the clutch to engage: some of the 20
// ms between two states at 50 Hz.
const armFresh = 200 * time.Millisecond

// frame is the time between two frames, by which Config.Jump is measured.
const frame = time.Second / 30

// Clutch decides when a hand leads the arm. Its methods take the moment, which never goes
// back, and return what to do.
type Clutch struct {
	cfg    Config
	filter Filter
	zone   DeadZone
	grip   Grip

	state State
	why   string

	arm   Arm
	armAt time.Duration // of arm; valid with hasArm
	known bool          // arm is

	handAt  time.Duration // of the last good frame, valid with hasHand
	hasHand bool
	hasZ    bool         // its depth was known
	placed  safety.Point // it, not filtered
	hand    safety.Point // it, filtered
	apart   bool         // it has to be away from the arm once before it can lead
	near    bool         // it has been near the arm since
	since   time.Duration
	target  safety.Point // sent last in this engagement
	ours    bool         // the daemon has said that we have control, in this engagement

	frames, bad, dropped int
}

// NewClutch returns a clutch that waits for a hand. cfg has been checked.
func NewClutch(cfg Config) *Clutch {
	return &Clutch{
		cfg:    cfg,
		filter: Filter{MinCutoff: cfg.MinCutoff, Beta: cfg.Beta, DerivativeCutoff: cfg.DerivativeCutoff},
		zone:   DeadZone{Radius: cfg.DeadZone},
		grip:   Grip{Frames: cfg.GrabFrames},
	}
}

// Next returns when Tick is due, where it is.
func (c *Clutch) Next() (at time.Duration, due bool) {
	return c.handAt + c.cfg.Stale, c.hasHand
}

// Tick notices that no good frame has come for too long.
func (c *Clutch) Tick(now time.Duration) Action {
	if !c.hasHand || now < c.handAt+c.cfg.Stale {
		return Action{}
	}
	return c.unsee(fmt.Sprintf("no hand state for %d ms", c.cfg.Stale.Milliseconds()))
}

// Bad takes a line that could not be read.
func (c *Clutch) Bad(time.Duration) Action {
	c.frames++
	c.bad++
	return c.unsee("a line that cannot be read")
}

// Drop takes what else ends an engagement: a refusal, a connection that is lost.
func (c *Clutch) Drop(_ time.Duration, why string) Action {
	c.near = false
	return c.lose(why)
}

// Gone takes that no more frames come.
func (c *Clutch) Gone(_ time.Duration, why string) Action { return c.unsee(why) }

// Arm takes what is known of the arm now.
func (c *Clutch) Arm(now time.Duration, a Arm) Action {
	c.arm, c.armAt, c.known = a, now, true
	// What was on its way when the clutch engaged tells of the time before.
	confirmed := c.ours
	c.ours = c.state == Engaged && (c.ours || a.Ours && !a.Held)
	if !c.hasHand && now-c.handAt >= c.cfg.Dwell {
		c.apart = false
	}
	switch {
	case a.Blocked != "":
		// A reset, or a connection that is back, must not start a hand that happens to be there.
		c.near, c.apart = false, true
		return c.lose(a.Blocked)
	case confirmed && a.Held:
		return c.lose("the daemon has decelerated the arm")
	case confirmed && !a.Ours:
		return c.lose("control was lost")
	}
	return Action{}
}

// Frame takes a frame. room says whether a target can be sent now; where it cannot, the frame
// is dropped, and the next one is sent in its place.
func (c *Clutch) Frame(now time.Duration, f Frame, room bool) Action {
	stale := c.Tick(now)
	c.frames++
	if f.Grab == NoGrab && c.state != Engaged {
		c.grip.Forget()
	}
	c.grip.See(f.Grab)
	switch {
	case !f.Seen:
		return either(stale, c.unsee("the hand is not seen"))
	case !c.known: // where the arm is: then nor is where a hand without depth is
		return Action{}
	}
	if ended := c.see(now, &f); ended.Release {
		return ended
	}
	if c.state == Engaged {
		return c.lead(room)
	}
	c.state = Aligning
	c.dwell(now)
	if !c.near || now < c.since+c.cfg.Dwell || !room {
		return stale
	}
	c.engage()
	return c.lead(true)
}

func either(a, b Action) Action {
	a.Release = a.Release || b.Release
	return a
}

// see places the hand of f. It returns a Release where that cannot be a hand's way.
func (c *Clutch) see(now time.Duration, f *Frame) (ended Action) {
	instead := c.arm.Position
	if c.state == Engaged {
		instead = c.placed // a depth that is not known any longer stays
	}
	p := c.cfg.Map.Place(f, instead)
	dt := now - c.handAt
	step := p.Sub(c.placed).Norm()
	switch {
	case !c.hasHand:
		c.restart()
	case c.state == Engaged && f.HasZ && !c.hasZ && step > c.cfg.Distance:
		ended = c.lose("the hand's depth is known now")
	case step > c.cfg.Jump*max(1, dt.Seconds()/frame.Seconds()):
		ended = c.lose(fmt.Sprintf("the hand jumped by %.0f mm", step))
		c.restart()
	}
	c.placed, c.handAt, c.hasHand, c.hasZ = p, now, true, f.HasZ
	c.hand = c.filter.Next(p, dt)
	return ended
}

// dwell looks whether the hand is where the arm is.
func (c *Clutch) dwell(now time.Duration) {
	ready := c.known && c.arm.Blocked == "" && now-c.armAt <= armFresh
	away := c.hand.Sub(c.arm.Position).Norm() > c.cfg.Distance
	switch {
	case !ready:
		c.near = false
	case away:
		c.near, c.apart = false, false
	case !c.near && !c.apart:
		c.near, c.since = true, now
	}
}

func (c *Clutch) engage() {
	c.state, c.why, c.ours = Engaged, "", false
	c.zone.Reset()
	c.grip.Begin()
}

// lead sends the arm after the hand.
func (c *Clutch) lead(room bool) Action {
	if !room {
		c.dropped++
		return Action{}
	}
	c.target = c.zone.Next(c.hand)
	a := Action{Move: true, Target: c.target}
	if c.cfg.Gripper {
		a.Gripper = c.grip.Next()
	}
	return a
}

// unsee takes that there is no hand.
func (c *Clutch) unsee(why string) Action {
	c.hasHand = false
	if c.state == Aligning {
		c.state = Waiting
	}
	a := c.lose(why)
	c.restart()
	c.grip.Forget()
	return a
}

// lose ends an engagement, where there is one.
func (c *Clutch) lose(why string) Action {
	if c.state != Engaged {
		return Action{}
	}
	c.state, c.why, c.near, c.ours = Lost, why, false, false
	return Action{Release: true}
}

// restart forgets the way of the hand.
func (c *Clutch) restart() {
	c.filter.Reset()
	c.near = false
}
