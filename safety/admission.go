package safety

// Order is a request for motion.
type Order struct {
	Move    bool    // Target and Speed are set
	Target  Point   // mm
	Speed   float64 // mm/s for this motion; 0: the limit
	Gripper Gripper // GripperUnchanged: the gripper stays as it is

	Expires Instant // the order is refused, or dropped if it has not begun, from here on; 0: never
	Check   bool    // only the verdict: nothing moves, no lease is taken
	Notify  bool    // report the outcome as an event with Tag
	Tag     string
}

// Admit decides on an order for motion. What it accepts becomes the target at once, in
// place of the one before; the first accepted order of a station takes the free lease.
func (g *Gate) Admit(now Instant, s *Session, o Order) Verdict {
	if v := g.preliminary(now, s, o.Expires); !v.OK() {
		return v
	}
	if g.state == Stopped || !g.linkUp {
		return Verdict{Reason: StoppedLatched, StopID: g.stop.id}
	}
	if g.refusedTo(s) {
		return Verdict{Reason: NotInControl, Holder: g.holder.name}
	}
	v := g.possible(&o)
	if !v.OK() || o.Check {
		return v
	}
	g.lease(now, s)
	g.becomeActive(Cause{Kind: CauseOrdered, By: s.name})
	g.order(now, s, o)
	return v
}

// preliminary makes the checks that every request but stop passes: the role, the token
// bucket, the time to live.
func (g *Gate) preliminary(now Instant, s *Session, expires Instant) Verdict {
	g.watch(now)
	if s.role < Operator {
		return Verdict{Reason: NotPermitted}
	}
	if ok, wait := s.bucket.take(now, g.cfg.Rate, g.cfg.Burst); !ok {
		return Verdict{Reason: RateLimited, RetryAfter: wait}
	}
	if expires != 0 && now >= expires {
		return Verdict{Reason: Expired}
	}
	return Verdict{}
}

// possible checks what is asked for against the arm and its workspace, and moves the
// target onto the workspace's face where that is configured.
func (g *Gate) possible(o *Order) Verdict {
	if v := g.grippable(o.Gripper); !v.OK() {
		return v
	}
	if !o.Move {
		return Verdict{}
	}
	if o.Speed < 0 || o.Speed > g.cfg.Limits.Speed {
		return Verdict{Reason: SpeedOutOfRange}
	}
	inside, axis := g.cfg.Workspace.Contains(o.Target)
	switch {
	case inside:
		return Verdict{}
	case g.cfg.Outside == Clamp && o.Target.Finite():
		o.Target = g.cfg.Workspace.Clamp(o.Target)
		return Verdict{Clamped: true, Target: o.Target}
	}
	return Verdict{Reason: OutOfWorkspace, Axis: axis}
}

// grippable checks what is asked of the gripper against the arm's.
func (g *Gate) grippable(wanted Gripper) Verdict {
	switch {
	case wanted != GripperUnchanged && g.cfg.Arm.Gripper == NoGripper:
		return Verdict{Reason: GripperUnsupported}
	case wanted.Partial() && g.cfg.Arm.Gripper != OpeningGripper:
		return Verdict{Reason: OpeningUnsupported}
	}
	return Verdict{}
}

// order is the one target that the gate holds; the motion knows where it is.
type order struct {
	set     bool    // there is one
	epoch   uint64  // of the lease that it was given under
	expires Instant // never once it has begun
	notice  *notice // nil: nobody asked
}

// gripOrder is the one gripper position that is wanted and not yet sent.
type gripOrder struct {
	wanted  Gripper // GripperUnchanged: nothing waits
	sent    Gripper // sent and not yet carried out
	last    Gripper // sent last; GripperUnchanged: not known
	expires Instant
	notice  *notice
}

// notice is the promise of one event to the station that asked for it. A command has two
// parts, the move and the grip, and one notice.
type notice struct {
	session *Session
	tag     string
	open    int // parts that are not done; 0: the event was sent
}

// order puts o in the place of what was ordered before.
func (g *Gate) order(now Instant, s *Session, o Order) {
	var n *notice
	if o.Notify {
		n = &notice{session: s, tag: o.Tag}
	}
	expires := o.Expires
	if expires == 0 {
		expires = never
	}
	if o.Move {
		g.supersede(g.move.notice)
		if g.move.set && !g.motion.arrived() {
			g.counts.Superseded++
		}
		g.move = order{set: true, epoch: g.epoch, expires: expires, notice: n.part()}
		g.motion.target = o.Target
		g.motion.goal = seek
		g.motion.cruise = g.maxSpeed()
		if o.Speed > 0 {
			g.motion.cruise = min(g.motion.cruise, o.Speed)
		}
		g.arrived = never
		g.beginWhereItStands()
		if g.motion.arrived() { // there is nothing to begin
			g.move.expires, g.arrived = never, now
		}
		g.wakeTick(now)
	}
	if o.Gripper != GripperUnchanged {
		g.orderGrip(o.Gripper, expires, n.part())
	}
	if o.Move && g.settling() && g.stands { // nor to wait for
		g.finishMove()
	}
}

// orderGrip notes what the gripper shall do. A stream that repeats what the gripper was
// told before costs nothing.
func (g *Gate) orderGrip(wanted Gripper, expires Instant, n *notice) {
	g.supersede(g.grip.notice)
	g.grip.notice, g.grip.expires = n, expires
	if wanted == g.grip.last {
		g.grip.wanted = GripperUnchanged
		if g.grip.sent == GripperUnchanged {
			g.finish(&g.grip.notice)
		}
		return
	}
	g.grip.wanted = wanted
}

// part counts one more part of n, which may be nil.
func (n *notice) part() *notice {
	if n != nil {
		n.open++
	}
	return n
}

// supersede tells the station of n, if there is one, that something newer took its place.
func (g *Gate) supersede(n *notice) { g.close(n, Superseded, Cause{}) }

// close sends the event of n, unless it was sent.
func (g *Gate) close(n *notice, kind EventKind, c Cause) {
	if n == nil || n.open == 0 {
		return
	}
	n.open = 0
	g.emit(Event{Kind: kind, Session: n.session, Tag: n.tag, Cause: c, Position: g.position()})
}

// finish marks one part of a notice as done.
func (g *Gate) finish(n **notice) {
	if p := *n; p != nil && p.open > 0 {
		if p.open == 1 {
			g.close(p, Done, Cause{})
		} else {
			p.open--
		}
	}
	*n = nil
}

// dropOrders forgets what was ordered and not done, and tells who asked.
func (g *Gate) dropOrders(kind EventKind, why CauseKind) {
	c := Cause{Kind: why}
	g.close(g.move.notice, kind, c)
	g.close(g.grip.notice, kind, c)
	g.move = order{}
	g.grip.notice = nil
	g.grip.wanted = GripperUnchanged
}

// position returns where the arm is, as far as it is known.
func (g *Gate) position() Point {
	if g.cfg.Arm.Measured && g.hasMeasure {
		return g.measured
	}
	return g.motion.pos
}
