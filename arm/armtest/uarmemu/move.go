package uarmemu

import "github.com/aether-arm/aetherd/safety"

// segmentsPerSecond is into how many pieces a move is cut (SEGMENTS_PER_SECOND 160).
const segmentsPerSecond = 160

// mostSegments keeps a move at a feed of nearly nothing from filling the memory.
const mostSegments = 100_000

// point returns the coordinates of the line, and whether all three are there.
func (l line) point() (p safety.Point, complete bool) {
	x, withX := l.value('X')
	y, withY := l.value('Y')
	z, withZ := l.value('Z')
	return safety.Point{X: x, Y: y, Z: z}, withX && withY && withZ
}

func (a *Arm) move(l line) { a.moveTo(l, a.program.relative) }

func (a *Arm) moveRelative(l line) { a.moveTo(l, true) }

// moveTo begins a move: coordinates that are not named stay, and so does the feed. A target
// that the joints do not reach is answered with a word that begins with ok.
func (a *Arm) moveTo(l line, relative bool) {
	p := &a.program
	if !a.power {
		p.reply = errorPower
		return
	}
	to := p.target
	for letter, axis := range map[byte]*float64{'X': &to.X, 'Y': &to.Y, 'Z': &to.Z} {
		v, given := l.value(letter)
		switch {
		case given && relative:
			*axis += v
		case given:
			*axis = v
		}
	}
	if f, given := l.value('F'); given && f > 0 {
		p.feed = f / 60
	}
	if _, ok := inverse(to); !ok || !finite(to) {
		p.reply = replyOK + " E22 unreachable"
		return
	}
	p.segments = a.cut(p.target, to)
	p.target = to
}

// cut returns the pieces of a straight way. What the joints do not reach is left out, as by the
// firmware (line_to_destination, Marlin_main.cpp).
func (a *Arm) cut(from, to safety.Point) (pieces []block) {
	way := to.Sub(from)
	length := way.Norm()
	if length < 1e-6 {
		return nil
	}
	feed := min(a.program.feed, a.cfg.MaxSpeed)
	n := int(min(max(length/feed*segmentsPerSecond, 1), mostSegments))
	before := from
	for i := 1; i <= n; i++ {
		part := from.Add(way.Scale(float64(i) / float64(n)))
		if b := newBlock(part.Sub(before), a.planned(before, part), feed); b.length > 0 {
			pieces = append(pieces, b)
			before = part
		}
	}
	return pieces
}

// planned returns a way as the planner sees it: in mm, or as the degrees of the joints, none
// where they do not reach.
func (a *Arm) planned(from, to safety.Point) safety.Point {
	if !a.cfg.FeedInDegrees {
		return to.Sub(from)
	}
	p, reachesFrom := inverse(from)
	q, reachesTo := inverse(to)
	if !reachesFrom || !reachesTo {
		return safety.Point{}
	}
	return safety.Point{X: q.base - p.base, Y: q.left - p.left, Z: q.right - p.right}
}

// feedPlanner gives the planner the pieces that it has room for. What it is given while it
// drains is lost.
func (a *Arm) feedPlanner() {
	p := &a.program
	if a.now < p.drainUntil {
		p.segments = nil
		return
	}
	for len(p.segments) > 0 && len(a.planner.blocks) < plannerBlocks {
		a.planner.blocks = append(a.planner.blocks, p.segments[0])
		p.segments = p.segments[1:]
	}
	a.wake()
}
