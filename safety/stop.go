package safety

import "slices"

// stopLatch is what the gate remembers of the stops since the last reset.
type stopLatch struct {
	id     uint64  // number of the latest stop; it never goes back
	causes []Cause // since the last reset, the first one first, each once
	unsent bool    // the arm has not been told yet
	rearm  bool    // the arm must be made ready again before it moves
	relax  bool    // the motors are to be switched off once the arm stands
	result StopResult
}

// Stop latches a stop and returns its number. Every stop gets a number of its own, so a
// reset can only end what its sender has seen.
func (g *Gate) Stop(now Instant, c Cause) (id uint64) {
	g.stop.id++
	if g.state != Stopped {
		g.stop.causes = g.stop.causes[:0]
	}
	room := maxCauses
	if c.Kind == CauseStation {
		room /= 2 // a station may give any name at every stop, which must not hide what is wrong with the arm
	}
	if !slices.Contains(g.stop.causes, c) && len(g.stop.causes) < room {
		g.stop.causes = append(g.stop.causes, c)
	}
	g.stop.unsent = g.linkUp
	g.stop.rearm, g.stop.relax = false, false
	g.stop.result = StopPending
	g.becomeStopped(c)
	g.wakeTick(now)
	g.emit(Event{Kind: StopLatched, StopID: g.stop.id, Cause: c})
	return g.stop.id
}

// Reset ends the stop that id names, if it is the latest one, if what caused it is over,
// and if the arm stands. It moves nothing.
func (g *Gate) Reset(now Instant, s *Session, id uint64, expires Instant, check bool) Verdict {
	if v := g.preliminary(now, s, expires); !v.OK() {
		return v
	}
	v := Verdict{StopID: g.stop.id}
	switch {
	case g.state != Stopped:
		v.Reason = NotStopped
	case id != g.stop.id:
		v.Reason = WrongStopID
	case !g.linkUp || g.locked && !g.cfg.Arm.Unlocks:
		v.Reason = CauseActive
	case !g.AtRest() || g.stop.relax:
		v.Reason = StillMoving
	}
	if !v.OK() || check {
		return v
	}
	g.stop.rearm = true
	g.settle()
	by := Cause{Kind: CauseReset, By: s.name}
	if g.holder != nil {
		g.becomeActive(by)
	} else {
		g.becomeIdle(by)
	}
	g.wakeTick(now)
	return v
}

// Relax latches a stop, after which the arm's motors are switched off: it falls, or can be
// moved by hand. It is refused while the arm moves. A reset of that stop switches them on
// again, where the arm then is.
func (g *Gate) Relax(now Instant, s *Session, expires Instant, check bool) Verdict {
	if v := g.preliminary(now, s, expires); !v.OK() {
		return v
	}
	var v Verdict
	if g.state == Stopped {
		v.StopID = g.stop.id
	}
	switch {
	case !g.cfg.Arm.Relaxes:
		v.Reason = RelaxUnsupported
	case !g.linkUp:
		v.Reason = CauseActive
	case g.refusedTo(s):
		v.Reason, v.Holder = NotInControl, g.holder.name
	case g.underway() || g.settling() || g.state == Stopped && !g.AtRest():
		v.Reason = StillMoving
	}
	if !v.OK() || check {
		return v
	}
	v.StopID = g.Stop(now, Cause{Kind: CauseRelaxed, By: s.name})
	g.stop.relax = true
	return v
}

// resolve takes causes that are over off the list. The first one stays: it is what
// people will ask about.
func (g *Gate) resolve(over ...CauseKind) {
	if len(g.stop.causes) == 0 {
		return
	}
	rest := slices.DeleteFunc(g.stop.causes[1:], func(c Cause) bool { return slices.Contains(over, c.Kind) })
	g.stop.causes = g.stop.causes[:1+len(rest)]
}

// settle takes the place where the arm stands for the setpoint, so that the next motion
// begins there and never with a jump.
func (g *Gate) settle() { g.motion.place(g.position()) }
