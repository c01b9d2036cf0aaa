package commission

import (
	"math"
	"time"
)

// ahead is how much motion a servo is told at most beyond where it shall be by now. With the time
// that it takes to come up to its speed, the crawl commits less than 100 ms.
const ahead = 80 * time.Millisecond

// crawl is the course of goals of one jog, in counts.
type crawl struct {
	to    int
	speed float64 // counts/s
	goal  float64 // the one that was told last
}

func newCrawl(from, to int, speed float64) crawl {
	c := crawl{to: to, speed: speed, goal: float64(from)}
	c.advance(ahead)
	return c
}

// advance moves the goal on, dt after the last one was told. However late that is, the
// goal moves on by no more than the servo can have to do at once.
func (c *crawl) advance(dt time.Duration) {
	step := c.speed * min(max(dt, 0), ahead).Seconds()
	way := float64(c.to) - c.goal
	c.goal += math.Copysign(min(step, math.Abs(way)), way)
}

// position returns the goal as a servo takes it.
func (c *crawl) position() int { return int(math.Round(c.goal)) }

func (c *crawl) done() bool { return c.goal == float64(c.to) }

// behind returns by how many counts a servo at that position is off where it could be.
func (c *crawl) behind(position int) int {
	return int(math.Abs(c.goal-float64(position)) - c.speed*ahead.Seconds())
}
