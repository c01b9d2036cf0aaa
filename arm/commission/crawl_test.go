package commission

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestCrawlCommitsLittle: over any course of delays between two goals, a servo that turns at the
// crawl's speed is never told more than 100 ms of motion; the goals go one way, and end at
// the target.
func TestCrawlCommitsLittle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, lastCount).Draw(t, "from")
		to := rapid.IntRange(0, lastCount).Draw(t, "to")
		speed := rapid.Float64Range(1, TopSpeed*countsPerDegree).Draw(t, "speed")
		c := newCrawl(from, to, speed)
		servo, goal := float64(from), c.goal
		for range rapid.IntRange(1, 300).Draw(t, "goals") {
			if lead := math.Abs(c.goal - servo); lead > speed*0.1 {
				t.Fatalf("%v counts ahead, %v a second", lead, speed)
			}
			if (c.goal-goal)*float64(to-from) < 0 || (c.goal-float64(to))*float64(to-from) > 0 {
				t.Fatalf("from %v to %v on the way from %d to %d", goal, c.goal, from, to)
			}
			goal = c.goal
			dt := time.Duration(rapid.IntRange(0, 500).Draw(t, "ms")) * time.Millisecond
			servo += math.Copysign(min(speed*dt.Seconds(), math.Abs(c.goal-servo)), c.goal-servo)
			c.advance(dt)
		}
	})
}

func TestCrawlArrives(t *testing.T) {
	for _, to := range []int{1000, 1001, 1400, 600} {
		c := newCrawl(1000, to, 57)
		goals := 0
		for ; !c.done(); goals++ {
			c.advance(jogEvery)
		}
		if c.position() != to {
			t.Errorf("ends at %d, want %d", c.position(), to)
		}
		// 400 counts take 7 s, less the lead.
		if want := int((math.Abs(float64(to-1000))/57 - ahead.Seconds()) / jogEvery.Seconds()); goals < want || goals > want+2 {
			t.Errorf("to %d: %d goals, want %d", to, goals, want)
		}
	}
}
