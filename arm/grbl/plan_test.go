package grbl

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest/drivertest"
	"github.com/aether-arm/aetherd/safety"
)

// drive streams setpoints from a plan to a machine, with a velocity that goes after course, and
// calls each after every tick with how long the arm would go on if nothing more was sent. The link
// takes 2 to 10 ms, a report 15 ms. It returns the way that the machine went, in mm.
func drive(p *plan, m *machine, course drivertest.Course, horizon, length time.Duration, each func(now safety.Instant, rest time.Duration)) (way float64) {
	random := rand.New(rand.NewPCG(1, 2))
	var position, velocity, report, last safety.Point
	var stood bool
	reported := safety.Instant(math.MaxInt64)
	for now := safety.Instant(0); now < length; now += testTick {
		m.run(now)
		way += m.pos.Sub(last).Norm()
		last = m.pos
		if now >= reported {
			if stood && m.idle() {
				p.settle(now, report)
			} else {
				p.measured(now, report)
			}
			reported = math.MaxInt64
		}
		if now%movingPoll == 0 {
			p.polled(now)
			report, stood, reported = m.pos, m.idle(), now+15*time.Millisecond
		}
		change := course(now).Sub(velocity)
		if change.Norm() > 10 {
			change = change.Scale(10 / change.Norm())
		}
		v := velocity.Add(change)
		next := position.Add(v.Scale(testTick.Seconds()))
		to := onGrid(next)
		f := feed(safety.Setpoint{Speed: v.Norm()}, to.Sub(p.end()).Norm(), testTick.Seconds(), 1000)
		if b := p.block(now, to, f); b.length == 0 {
			position, velocity = next, v
		} else if p.takes(now, b, horizon) {
			p.add(now, b)
			late := time.Duration(2+random.IntN(9)) * time.Millisecond
			m.incoming = append(m.incoming, arrival{now + late, to, f})
			position, velocity = next, v
		}
		each(now, m.rest()-now)
	}
	return way
}

// A controller that prepares nothing, as much as the model thinks, or twice that, rests
// within the horizon at every moment, and one that prepares no more than the model thinks
// keeps up.
func TestPlanKeepsTheHorizon(t *testing.T) {
	for _, horizon := range []time.Duration{100, 150, 250, 400} {
		horizon *= time.Millisecond
		for _, accel := range []float64{500, 2000} {
			for _, segments := range []int{0, 5, 10} {
				t.Run(fmt.Sprintf("%v %v %d", horizon, accel, segments), func(t *testing.T) {
					l := limits{accel: accel, rate: 1000, junction: 0.01}
					prepared := max(segments, 5) * segment
					p := newPlan(l, prepared, safety.Point{})
					m := &machine{accel: accel, junction: l.junction, segments: segments, slow: 1}
					speed := l.maxSpeed(horizon, prepared)
					way := drive(&p, m, drivertest.Turning(speed), horizon, 5*time.Second/2, func(now safety.Instant, rest time.Duration) {
						if rest > horizon {
							t.Errorf("at %v the arm moves on for %v", now, rest)
						}
					})
					if mean := way / 2.5; horizon >= 150*time.Millisecond && segments <= 5 && mean < speed/2 {
						t.Errorf("%.1f mm/s of %.1f", mean, speed)
					}
				})
			}
		}
	}
}

// A controller that becomes half as fast in motion overruns the horizon by no more than it
// has fallen behind until it reports; then it is throttled.
func TestPlanThrottlesASlowController(t *testing.T) {
	for _, horizon := range []time.Duration{100, 150, 250, 400} {
		horizon *= time.Millisecond
		t.Run(horizon.String(), func(t *testing.T) {
			l := limits{accel: 2000, rate: 1000, junction: 0.01}
			p := newPlan(l, preparedGrbl, safety.Point{})
			m := &machine{accel: l.accel, junction: l.junction, segments: 5, slow: 1}
			const turns = time.Second
			drive(&p, m, drivertest.Turning(l.maxSpeed(horizon, preparedGrbl)), horizon, 3*time.Second, func(now safety.Instant, rest time.Duration) {
				allowed := horizon
				if now >= turns {
					m.slow = 0.5
					allowed += horizon / 4
				}
				if now >= turns && now < turns+4*movingPoll {
					allowed += movingPoll
				}
				if rest > allowed {
					t.Errorf("at %v the arm moves on for %v", now, rest)
				}
			})
		})
	}
}

// Whatever way an arm goes, with turns on its line and rests, it comes to its end and, if nothing
// more is sent, to rest within the horizon; a slow one sooner than if it was not measured.
func TestMeasuredPlanKeepsTheHorizon(t *testing.T) {
	const horizon = 250 * time.Millisecond
	rapid.Check(t, func(t *rapid.T) {
		l := limits{accel: 1000, rate: 1000, junction: 0.01}
		p := newPlan(l, preparedGrbl, safety.Point{})
		m := &machine{accel: l.accel, junction: l.junction, segments: 5, slow: rapid.SampledFrom([]float64{1, 0.9, 0.7, 0.5}).Draw(t, "pace")}
		course, end := drivertest.DrawCourse(t, l.maxSpeed(horizon, preparedGrbl))
		allowed := time.Duration(float64(horizon) / m.slow)
		drive(&p, m, course, horizon, end+5*time.Second, func(now safety.Instant, rest time.Duration) {
			if rest > allowed {
				t.Fatalf("at %v the arm moves on for %v", now, rest)
			}
		})
		if off := m.pos.Sub(p.end()).Norm(); off > 1e-6 {
			t.Fatalf("it rests %v mm before the end", off)
		}
	})
}

// A controller that takes lines and does not move gets no more than fits into the horizon.
func TestPlanThrottlesAStandingController(t *testing.T) {
	l := limits{accel: 2000, rate: 1000, junction: 0.01}
	p := newPlan(l, preparedGrbl, safety.Point{})
	sent := 0.0
	for now := safety.Instant(0); now < 5*time.Second; now += testTick {
		if now%movingPoll == 50*time.Millisecond {
			p.polled(now)
			p.measured(now, safety.Point{})
		}
		b := p.block(now, p.end().Add(safety.Point{X: 0.5}), 50)
		if p.takes(now, b, 150*time.Millisecond) {
			p.add(now, b)
			sent += b.length
		}
	}
	if most := 50 * 0.15 * 2; sent > most { // the first report comes after 50 ms
		t.Errorf("%v mm were sent to an arm that stands, want at most %v", sent, most)
	}
}

func TestAlong(t *testing.T) {
	p := newPlan(limits{accel: 1000, junction: 0.01}, preparedGrbl, safety.Point{})
	for _, to := range []safety.Point{{X: 1}, {X: 1, Y: 1}, {Y: 1}, {Y: -1}} { // crosses its beginning
		p.add(0, p.block(0, to, 10))
	}
	for _, tc := range []struct {
		pos  safety.Point
		seen float64
		want float64
	}{
		{safety.Point{}, 0, 0}, // the earlier of two places
		{safety.Point{}, 2, 4},
		{safety.Point{X: 0.5, Y: 0.1}, 0, 0.5},
		{safety.Point{X: 1.1, Y: 0.5}, 0, 1.5},
		{safety.Point{X: 0.6}, 0.7, 0.7}, // never back
		{safety.Point{Y: -3}, 0, 5},
	} {
		p.track.seen = tc.seen
		if got := p.along(tc.pos); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%v after %v: %v, want %v", tc.pos, tc.seen, got, tc.want)
		}
	}
}

// Of two places that a position fits, on a line and back or close by, the first counts.
func TestAlongOnTheWayBack(t *testing.T) {
	for _, beside := range []float64{0, 0.02} {
		p := newPlan(limits{accel: 1000, junction: 0.01}, preparedGrbl, safety.Point{})
		for _, to := range []safety.Point{{X: 2}, {X: 2, Y: beside}, {Y: beside}} {
			if b := p.block(0, to, 10); b.length > 0 {
				p.add(0, b)
			}
		}
		for _, y := range []float64{0, beside / 2, beside} {
			if got := p.along(safety.Point{X: 1.4, Y: y}); math.Abs(got-1.4) > measureNoise {
				t.Errorf("%v mm beside, at %v: %v mm along", beside, y, got)
			}
		}
	}
}

// One motion from rest takes 2·√(way/acceleration), and the line's way to the controller.
func TestPlanTakesOneMotion(t *testing.T) {
	const horizon = 150 * time.Millisecond
	for _, tc := range []struct {
		mm   float64
		want bool
	}{
		{3.7, true},  // 2·√(3.7/1000) = 122 ms, and 5 ms for the line: 127 of 130
		{3.9, false}, // 125 ms, and 5: no more than 130 behind the margin, less the rounding
	} {
		p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.01}, preparedGrbl, safety.Point{})
		if got := p.takes(0, p.block(0, safety.Point{X: tc.mm}, 500), horizon); got != tc.want {
			t.Errorf("%v mm: %v", tc.mm, got)
		}
	}
}

// fill adds motions until the plan takes no more, and returns how many it took.
func fill(p *plan, horizon time.Duration, feed float64, step func(i int) safety.Point) (n int) {
	for {
		b := p.block(0, p.end().Add(step(n)), feed)
		if !p.takes(0, b, horizon) {
			return n
		}
		p.add(0, b)
		n++
	}
}

// Corners cost time: a path that stops at every one of them is shorter.
func TestPlanBrakesForCorners(t *testing.T) {
	const horizon = 300 * time.Millisecond
	took := func(turn float64, junction float64) int {
		p := newPlan(limits{accel: 1000, rate: 1000, junction: junction}, preparedGrbl, safety.Point{})
		return fill(&p, horizon, 100, func(i int) safety.Point { return drivertest.Heading(turn*float64(i%2), 0.5) })
	}
	straight, corners := took(0, 0), took(math.Pi/2, 0)
	// 280 ms: 2·√(0.5/1000) = 45 ms a motion from rest to rest.
	if corners < 4 || corners > 6 || straight < 2*corners {
		t.Errorf("%d motions ahead, %d around corners", straight, corners)
	}
	if wide := took(math.Pi/2, 2); wide <= corners {
		t.Errorf("%d motions around corners with a wide junction deviation, %d without", wide, corners)
	}
}

// A line that finds the planner full would run after a jog cancel: it is not sent.
func TestPlanLeavesRoomInThePlanner(t *testing.T) {
	p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.01}, preparedGrbl, safety.Point{})
	if n := fill(&p, time.Minute, 1, func(int) safety.Point { return safety.Point{X: 0.1} }); n != plannerBlocks {
		t.Errorf("%d motions, want %d", n, plannerBlocks)
	}
}
