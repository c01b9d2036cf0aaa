package screen

import (
	"math"
	"strings"

	"github.com/aether-arm/aetherd/safety"
)

// span is one direction of the workspace, mm, as it runs over the screen.
type span struct{ from, to float64 }

// at returns which of n cells v is in. What is outside is at the end.
func (s span) at(v float64, n int) int {
	if s.from == s.to {
		return 0
	}
	return min(max(int(math.Floor((v-s.from)/(s.to-s.from)*float64(n))), 0), n-1)
}

// mark is a point on a plan.
type mark struct {
	across, down float64
	glyph        rune
}

// plan draws marks in a frame that is width cells wide and height high, the later ones above.
func plan(width, height int, title string, across, down span, marks []mark) []string {
	w, h := width-2, height-2
	cells := make([][]rune, h)
	for i := range cells {
		cells[i] = []rune(strings.Repeat(" ", w))
	}
	for _, m := range marks {
		cells[down.at(m.down, h)][across.at(m.across, w)] = m.glyph
	}
	title = " " + title + " "
	if len(title) > w {
		title = title[:strings.Index(title, ":")] + " "
	}
	lines := []string{"┌" + title + strings.Repeat("─", w-len(title)) + "┐"}
	for _, c := range cells {
		lines = append(lines, "│"+string(c)+"│")
	}
	return append(lines, "└"+strings.Repeat("─", w)+"┘")
}

const (
	leastPlan = 5  // lines of a plan that shows anything
	mostPlan  = 14 // and of one that shows no more
	leastWide = 16
)

// place is what the plans show.
type place struct {
	min, max         safety.Point
	position, target *safety.Point
}

// plans draws the workspace from above and from the right side, into at most the size. A cell
// is taken to be twice as high as wide.
func (p place) plans(width, height int) []string {
	height = min(height, mostPlan)
	if height < leastPlan || width < leastWide {
		return nil
	}
	size := p.max.Sub(p.min)
	wide := func(across, down float64) int {
		if down <= 0 {
			return leastWide
		}
		return max(int(float64(2*(height-2))*across/down)+2, leastWide)
	}
	top := p.above(min(wide(size.Y, size.X), width), height)
	const between = "  "
	room := width - len([]rune(top[0])) - len(between)
	if room < leastWide {
		return top
	}
	for i, line := range p.aside(min(wide(size.X, size.Z), room), height) {
		top[i] += between + line
	}
	return top
}

// above is the view from above: forward (x) is up, left (y) is left.
func (p place) above(width, height int) []string {
	return plan(width, height, "top: x up, y left", span{p.max.Y, p.min.Y}, span{p.max.X, p.min.X},
		p.marks(func(q safety.Point) (float64, float64) { return q.Y, q.X }))
}

// aside is the view from the right side: forward (x) is right, z is up.
func (p place) aside(width, height int) []string {
	return plan(width, height, "side: z up, x right", span{p.min.X, p.max.X}, span{p.max.Z, p.min.Z},
		p.marks(func(q safety.Point) (float64, float64) { return q.X, q.Z }))
}

func (p place) marks(project func(safety.Point) (across, down float64)) []mark {
	marks := []mark{}
	add := func(q safety.Point, glyph rune) {
		across, down := project(q)
		marks = append(marks, mark{across, down, glyph})
	}
	add(safety.Point{}, '·') // the base
	if p.target != nil {
		add(*p.target, '+')
	}
	if p.position != nil {
		add(*p.position, 'O')
	}
	return marks
}
