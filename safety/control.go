package safety

import "time"

// Session is one station's connection as the gate knows it.
type Session struct {
	name   string
	role   Role
	asked  time.Duration // the deadman that the station asked for; never: it did not
	bucket bucket
}

// Name returns the name that others are told when this session holds.
func (s *Session) Name() string { return s.name }

// Role returns what the session may do.
func (s *Session) Role() Role { return s.role }

// Connect adds a station.
func (g *Gate) Connect(now Instant, name string, role Role) *Session {
	return &Session{
		name:   name,
		role:   role,
		asked:  never,
		bucket: bucket{tokens: float64(g.cfg.Burst), filled: now},
	}
}

// Introduce takes what a station says of itself: a name ("" keeps the present one), the
// role that goes with it, and a deadman, which can only become shorter (0 keeps it).
// A holder that loses the right to move loses the lease.
func (g *Gate) Introduce(s *Session, name string, role Role, deadman time.Duration) {
	if name != "" && name != s.name {
		s.name = name
		if g.holder == s {
			g.emit(Event{Kind: ControlChanged, Holder: name})
		}
	}
	s.role = role
	if deadman > 0 {
		s.asked = min(s.asked, deadman)
	}
	if g.holder == s && role < Operator {
		g.endLease(Cause{Kind: CauseReleased, By: s.name})
	}
}

// deadman returns how long s may be silent while it moves the arm.
func (g *Gate) deadman(s *Session) time.Duration { return min(g.cfg.Deadman, s.asked) }

// Disconnect removes a station. If it holds, the arm decelerates at once.
func (g *Gate) Disconnect(s *Session) {
	if g.holder == s {
		g.endLease(Cause{Kind: CauseHolderGone, By: s.name})
	}
}

// Take gives the lease to s: if nobody holds it, or if s has a higher role than the
// holder. In shared control there is nothing to take from anybody.
func (g *Gate) Take(now Instant, s *Session, expires Instant, check bool) Verdict {
	if v := g.preliminary(now, s, expires); !v.OK() {
		return v
	}
	if g.refusedTo(s) && s.role <= g.holder.role {
		return Verdict{Reason: HigherRoleNeeded, Holder: g.holder.name}
	}
	if check {
		return Verdict{}
	}
	if g.refusedTo(s) {
		g.endLease(Cause{Kind: CauseTaken, By: s.name})
	}
	g.lease(now, s)
	if g.state != Stopped {
		g.becomeActive(Cause{Kind: CauseTaken, By: s.name})
	}
	return Verdict{}
}

// Release ends the lease of s. A moving arm decelerates.
func (g *Gate) Release(now Instant, s *Session, expires Instant, check bool) Verdict {
	if v := g.preliminary(now, s, expires); !v.OK() {
		return v
	}
	if g.holder != s {
		return Verdict{Reason: NotInControl, Holder: g.holderName()}
	}
	if !check {
		g.endLease(Cause{Kind: CauseReleased, By: s.name})
	}
	return Verdict{}
}

// Ping tells that s is alive. Only the holder's feeds anything.
func (g *Gate) Ping(now Instant, s *Session) {
	g.watch(now)
	if g.holder == s {
		g.heard = now
	}
}

// lease makes s the holder. Every change of holder is a new epoch. In shared control the
// station that spoke last is the one whose silence or loss holds the arm; there the
// motion goes on from one to the next.
func (g *Gate) lease(now Instant, s *Session) {
	g.heard = now
	if g.holder == s {
		return
	}
	g.holder = s
	if g.cfg.Control == Shared {
		return
	}
	g.epoch++
	g.counts.Handovers++
	g.emit(Event{Kind: ControlChanged, Holder: s.name})
}

// endLease leaves the arm without a holder: decelerating if it moves, idle if it stands.
func (g *Gate) endLease(c Cause) {
	g.holder = nil
	g.epoch++
	if g.cfg.Control == Exclusive {
		g.emit(Event{Kind: ControlChanged, Cause: c})
	}
	switch {
	case g.state == Stopped:
	case g.underway():
		g.becomeHeld(c)
	case g.state == Active, c.Kind == CauseReleased:
		g.dropOrders(StoppedShort, c.Kind)
		g.becomeIdle(c)
	}
}

// underway reports whether the arm moves, or would on the next tick.
func (g *Gate) underway() bool {
	return g.moves() || g.motion.goal == pause || g.grip.wanted != GripperUnchanged
}

// refusedTo reports whether another station's lease keeps s from moving the arm.
func (g *Gate) refusedTo(s *Session) bool {
	return g.cfg.Control == Exclusive && g.holder != nil && g.holder != s
}

func (g *Gate) holderName() string {
	if g.holder == nil {
		return ""
	}
	return g.holder.name
}

// leaseEnds returns when a silent holder loses control.
func (g *Gate) leaseEnds() Instant {
	if g.holder == nil {
		return never
	}
	return g.heard + g.cfg.Lease
}

// deadmanTrips returns when a silent holder's motion is held.
func (g *Gate) deadmanTrips() Instant {
	if g.holder == nil || g.state != Active || !g.underway() {
		return never
	}
	return g.heard + g.deadman(g.holder)
}

// watch ends what a silent holder may no longer do.
func (g *Gate) watch(now Instant) {
	if now >= g.deadmanTrips() {
		g.counts.DeadmanTrips++
		g.becomeHeld(Cause{Kind: CauseDeadman, By: g.holder.name})
	}
	if now >= g.leaseEnds() {
		g.endLease(Cause{Kind: CauseLeaseEnded, By: g.holder.name})
	}
}
