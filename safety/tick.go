package safety

import "time"

// StepKind is what the writer is to do.
type StepKind uint8

const (
	StepNone  StepKind = iota // nothing is due before Next
	StepStop                  // tell the arm to stop
	StepRearm                 // make the arm ready to move again
	StepRelax                 // switch the motors off
	StepGrip                  // send Gripper
	StepMove                  // send Setpoint
)

// Step is one thing for the writer to do now.
type Step struct {
	Kind     StepKind
	Setpoint Setpoint
	Due      Instant // of StepMove: when it was to be sent
	Gripper  Gripper

	stopID uint64 // of the stop that StepRelax belongs to
}

// Tick returns what is due at now. The caller carries it out and asks again until there
// is nothing. accepts says how much of the way to a setpoint, from 0 to 1, the arm takes now
// without being committed to more motion than its horizon and without turning a joint too
// fast. The setpoint is shortened to that, along its line; one of which the arm takes nothing
// comes again a tick later.
func (g *Gate) Tick(now Instant, accepts func(Setpoint) float64) Step {
	g.watch(now)
	g.noteStall(now)
	g.expire(now)
	switch {
	case !g.linkUp:
		return Step{}
	case g.stop.unsent:
		g.stop.unsent = false
		return Step{Kind: StepStop}
	case g.stop.rearm:
		g.stop.rearm = false
		return Step{Kind: StepRearm}
	case g.stop.relax && g.AtRest():
		g.stop.relax = false
		return Step{Kind: StepRelax, stopID: g.stop.id}
	}
	if step := g.tickGrip(); step.Kind != StepNone {
		return step
	}
	if now >= g.nextTick && g.moves() {
		return g.tickMotion(now, accepts)
	}
	g.settleBy(now)
	return Step{}
}

// stallTime is how late a setpoint can be and still go on with a motion. An arm to which nothing
// was sent for so long stands, and whoever has seen it stand may have reached in.
const stallTime = 500 * time.Millisecond

// noteStall ends a motion that was interrupted: the process was suspended, or did not get a
// processor. What was sent has been done, so the setpoint stands too.
func (g *Gate) noteStall(now Instant) {
	if !g.moves() || now-g.nextTick <= stallTime {
		return
	}
	g.motion.vel = Point{}
	if g.state == Active {
		g.becomeHeld(Cause{Kind: CauseStalled})
	}
}

// Withdraw takes back a step that Tick returned: a stop came before it was sent.
func (g *Gate) Withdraw(step Step) {
	switch step.Kind {
	case StepMove:
		g.motion.pos = g.pos
		if !g.cfg.Arm.StopsItself {
			g.motion.vel = g.vel
		}
	case StepGrip:
		g.grip.sent, g.grip.last = GripperUnchanged, GripperUnchanged
	case StepRelax:
		g.stop.relax = g.stop.id == step.stopID // a later stop keeps the motors on
	}
}

// Next returns when Tick is due again if nothing happens before; far in the future for an
// arm at rest that nobody holds.
func (g *Gate) Next() Instant {
	next := min(g.leaseEnds(), g.deadmanTrips())
	if !g.linkUp {
		return next
	}
	if g.stop.unsent || g.stop.rearm || g.stop.relax && g.AtRest() || g.gripDue() {
		return 0
	}
	if g.moves() {
		next = min(next, g.nextTick)
	}
	if g.settling() {
		next = min(next, g.arrived+settleTime)
	}
	return min(next, g.expiry())
}

// moves reports whether there is a setpoint to come.
func (g *Gate) moves() bool {
	return !g.motion.standing() || g.motion.goal == seek && !g.motion.arrived()
}

func (g *Gate) tickMotion(now Instant, accepts func(Setpoint) float64) Step {
	if g.motion.goal != rest && g.move.epoch != g.epoch {
		g.motion.goal = rest // an order of an older lease moves nothing
	}
	g.beginWhereItStands()
	due := g.nextTick
	g.scheduleTick(now)
	before := g.motion
	moved := g.motion.step()
	sp := Setpoint{From: before.pos, Position: g.motion.pos, Speed: g.motion.vel.Norm(), Braking: g.state == Stopped}
	if moved {
		part := accepts(sp)
		if !(part > 0) {
			g.motion = before
			return Step{}
		}
		if part < 1 {
			g.motion.shorten(before.pos, part)
			sp.Position, sp.Speed = g.motion.pos, g.motion.vel.Norm()
		}
	}
	if g.motion.arrived() && g.motion.goal == seek {
		g.arrived = now
	}
	if !moved {
		return Step{}
	}
	g.pos, g.vel = before.pos, before.vel
	g.stands = false
	if g.motion.goal == seek {
		g.move.expires = never
	}
	g.counts.Setpoints++
	return Step{Kind: StepMove, Setpoint: sp, Due: due}
}

// beginWhereItStands puts the setpoint of a motion that has not begun to where the arm stands, also
// if it was moved by hand, sags, or sank when its motors took hold.
func (g *Gate) beginWhereItStands() {
	if g.motion.goal == seek && g.motion.standing() && g.stands {
		g.motion.pos = g.position()
	}
}

// scheduleTick keeps the ticks on their grid. After a late one it does not catch up: two
// setpoints are never less than half a tick apart.
func (g *Gate) scheduleTick(now Instant) {
	g.nextTick = max(g.nextTick+g.cfg.Tick, now+g.cfg.Tick/2)
}

// wakeTick makes the next setpoint due no earlier than now: the grid starts anew.
func (g *Gate) wakeTick(now Instant) { g.nextTick = max(g.nextTick, now) }

// gripDue reports whether the gripper can be sent what is wanted.
func (g *Gate) gripDue() bool {
	return g.grip.wanted != GripperUnchanged && (!g.cfg.Arm.GripAtRest || g.motion.standing())
}

// tickGrip sends what the gripper shall do. On an arm that grips only at rest, the motion
// pauses for it and goes on afterwards.
func (g *Gate) tickGrip() Step {
	if g.grip.wanted == GripperUnchanged {
		if g.motion.goal == pause {
			g.motion.goal = seek
		}
		return Step{}
	}
	if !g.gripDue() {
		if g.motion.goal == seek {
			g.motion.goal = pause
		}
		return Step{}
	}
	step := Step{Kind: StepGrip, Gripper: g.grip.wanted}
	g.grip.sent, g.grip.last, g.grip.wanted = g.grip.wanted, g.grip.wanted, GripperUnchanged
	return step
}

// expiry returns when what was ordered and has not begun is dropped.
func (g *Gate) expiry() Instant {
	next := never
	if g.motion.goal != rest {
		next = g.move.expires
	}
	if g.grip.wanted != GripperUnchanged {
		next = min(next, g.grip.expires)
	}
	return next
}

// expire drops what was ordered and has not begun in time. Without its target, the arm
// comes to a stand.
func (g *Gate) expire(now Instant) {
	if g.motion.goal != rest && now >= g.move.expires {
		g.counts.Expired++
		g.close(g.move.notice, ExpiredUnbegun, Cause{})
		g.move = order{}
		g.motion.goal = rest
	}
	if g.grip.wanted != GripperUnchanged && now >= g.grip.expires {
		g.counts.Expired++
		g.close(g.grip.notice, ExpiredUnbegun, Cause{})
		g.grip.notice, g.grip.wanted = nil, GripperUnchanged
	}
}

// settling reports whether a motion has ended and the arm is not known to have come there.
func (g *Gate) settling() bool { return g.motion.goal == seek && g.motion.arrived() }

// settleBy ends a motion whose arm had its time to come near.
func (g *Gate) settleBy(now Instant) {
	if g.settling() && now >= g.arrived+settleTime {
		g.finishMove()
	}
}
