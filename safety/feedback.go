package safety

import (
	"math"
	"time"
)

const (
	// settled is the distance in mm within which an arm that stands counts as arrived: about
	// the repeatability of a hobby arm.
	settled = 1.0
	// settleTime is how long the arm is given to come so near before a motion counts as
	// done where it is; servos under load keep an error of a few millimetres.
	settleTime = 500 * time.Millisecond
)

// LinkUp tells that the arm answers and stands at p. maxSpeed is the fastest motion in
// mm/s for which it keeps its horizon, 0 for no limit of its own. Motion never resumes by
// itself: a gate that was stopped stays stopped.
func (g *Gate) LinkUp(p Point, maxSpeed float64) {
	g.linkUp, g.locked = true, false
	g.measured, g.hasMeasure, g.stands = p, true, true
	g.promised = maxSpeed
	g.motion.place(p)
	g.stop.unsent, g.stop.result = false, StopConfirmed
	g.grip.last, g.grip.sent = GripperUnchanged, GripperUnchanged
	g.resolve(CauseLinkLost, CauseWriteFailed, CauseWriteStuck)
}

// LinkDown tells that the arm cannot be reached: a stop.
func (g *Gate) LinkDown(now Instant, c Cause) (id uint64) {
	g.linkUp, g.hasMeasure, g.stands = false, false, false
	g.motion.place(g.motion.pos)
	return g.Stop(now, c)
}

// Alarm tells that the controller refused, failed or locked itself: a stop.
func (g *Gate) Alarm(now Instant, text string, locked bool) (id uint64) {
	g.locked = g.locked || locked
	return g.Stop(now, Cause{Kind: CauseArmAlarm, By: text})
}

// Unlocked tells that the controller takes motion again.
func (g *Gate) Unlocked() { g.locked = false }

// Measured tells where the arm is. An arm that is far from its setpoint is stopped.
func (g *Gate) Measured(now Instant, p Point, atRest bool) {
	if !g.linkUp || !p.Finite() {
		return
	}
	g.measured, g.hasMeasure, g.stands = p, true, atRest
	if g.state == Stopped {
		if atRest && g.cfg.Arm.StopsItself {
			g.motion.place(p) // the controller knows where it came to rest, also one that cannot measure
		}
		return
	}
	if g.TrackingError() > g.cfg.TrackingError {
		g.Stop(now, Cause{Kind: CauseTrackingError})
		return
	}
	if atRest && g.motion.arrived() && p.Sub(g.motion.target).Norm() <= settled {
		g.finishMove()
	}
}

// TrackingError returns the distance in mm between setpoint and measurement, NaN while
// nothing is measured.
func (g *Gate) TrackingError() float64 {
	if !g.cfg.Arm.Measured || !g.hasMeasure {
		return math.NaN()
	}
	return g.measured.Sub(g.motion.pos).Norm()
}

// Gripped tells that the gripper carried out what it was told.
func (g *Gate) Gripped(done Gripper) {
	if done != g.grip.sent {
		return
	}
	g.grip.sent = GripperUnchanged
	if g.grip.wanted == GripperUnchanged {
		g.finish(&g.grip.notice)
	}
}

// StopDone tells what the last stop came to on the arm.
func (g *Gate) StopDone(r StopResult) {
	if g.state == Stopped && !g.stop.unsent {
		g.stop.result = r
	}
}

func (g *Gate) finishMove() {
	g.finish(&g.move.notice)
	g.motion.goal = rest
	g.arrived = never
}
