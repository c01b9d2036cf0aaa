package jog

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// Next returns the target (mm) that is to be sent now, if there is one. It is in flight until
// Answered.
func (p *Pendant) Next(now time.Time) (target safety.Point, ok bool) {
	direction, until, silent := p.direction(now)
	if silent {
		p.LetGo(Silent)
	}
	length := direction.Norm()
	if length == 0 {
		p.moving = false
		return safety.Point{}, false
	}
	if why := p.hindrance(now); why != Nothing {
		p.LetGo(why)
		return safety.Point{}, false
	}
	if p.inFlight || now.Sub(p.emitted) < Period*3/4 {
		return safety.Point{}, false
	}
	if !p.moving {
		p.begin(now)
	}
	from := later(p.covered, now.Add(-mostBehind))
	to := earlier(now.Add(p.ahead()), until)
	if !to.After(from) {
		return safety.Point{}, false
	}
	p.covered = to
	step := direction.Scale(p.speed * to.Sub(from).Seconds() / length)
	if step, ok = p.reach(step); !ok {
		p.note = Waiting
		return safety.Point{}, false
	}
	p.note = Nothing
	if target, ok = p.inside(p.target.Add(step)); !ok {
		p.LetGo(Outside)
		return safety.Point{}, false
	}
	p.target, p.chained, p.emitted, p.inFlight = target, true, now, true
	return target, true
}

// hindrance says why no key can move the arm.
func (p *Pendant) hindrance(now time.Time) Note {
	switch {
	case !p.connected:
		return Disconnected
	case p.seen.IsZero(), now.Sub(p.seen) > Stale:
		return NoNews
	case p.state.Stopped():
		return Stopped
	case !p.state.LinkUp, !p.state.HasPosition:
		return Unplaced
	case p.clamp(p.state.Position).Sub(p.state.Position).Norm() > leastLead:
		return Outside
	}
	return Nothing
}

// begin has the target start where the arm stands. A tap soon after another goes on from its
// target, so that taps add up, and the error with which an arm stands does not.
func (p *Pendant) begin(now time.Time) {
	p.moving, p.covered = true, later(p.since, now.Add(-Period))
	near := p.target.Sub(p.state.Position).Norm() <= Lead(p.speed)
	if !p.chained || !near || now.Sub(p.emitted) > chain {
		p.target = p.state.Position
	}
}

// ahead is how much of the future a target covers: until the next one can be there.
func (p *Pendant) ahead() time.Duration { return min(max(p.roundTrip, Period), mostAhead) }

// reach shortens a step so that the target stays within the lead of the arm. It fails where
// nothing of it is left: then the target waits.
func (p *Pendant) reach(step safety.Point) (safety.Point, bool) {
	ahead, lead := p.target.Sub(p.state.Position), Lead(p.speed)
	if ahead.Add(step).Norm() <= lead {
		return step, true
	}
	// |ahead + k·step| = lead
	room := lead*lead - dot(ahead, ahead)
	along, square := dot(ahead, step), dot(step, step)
	if room < 0 || square == 0 {
		return safety.Point{}, false
	}
	k := (math.Sqrt(along*along+square*room) - along) / square
	const least = 0.01 // of a step: less is not worth sending
	return step.Scale(min(k, 1)), k > least
}

func dot(a, b safety.Point) float64 { return a.X*b.X + a.Y*b.Y + a.Z*b.Z }

// clamp returns the nearest point of the workspace.
func (p *Pendant) clamp(q safety.Point) safety.Point {
	return safety.Point{
		X: min(max(q.X, p.min.X), p.max.X),
		Y: min(max(q.Y, p.min.Y), p.max.Y),
		Z: min(max(q.Z, p.min.Z), p.max.Z),
	}
}

// inside moves a target into the workspace. It fails where that is far from the arm: then the
// arm stands outside.
func (p *Pendant) inside(want safety.Point) (safety.Point, bool) {
	target := p.clamp(want)
	if target != want {
		p.note = AtEdge
	}
	const rounding = 1e-6 // mm
	return target, target.Sub(p.state.Position).Norm() <= Lead(p.speed)+rounding
}
