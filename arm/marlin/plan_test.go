package marlin

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

// trial is a writer and a machine with a line between them: 2 to 10 ms to the machine, as
// long again for an answer to come back, and 15 ms for a position.
type trial struct {
	plan    plan
	machine *machine
	horizon time.Duration
	tick    time.Duration
	measure bool

	flight  []motion
	answers []safety.Instant // of flight
	random  *rand.Rand
}

func newTrial(l limits, horizon, tick time.Duration) *trial {
	return &trial{
		plan: newPlan(l, safety.Point{}), machine: &machine{limits: l, slow: 1},
		horizon: horizon, tick: tick, random: rand.New(rand.NewPCG(1, 2)),
	}
}

func (r *trial) end() safety.Point {
	if n := len(r.flight); n > 0 {
		return r.flight[n-1].to
	}
	return r.plan.end()
}

// drive streams setpoints whose velocity goes after course, and calls each after every tick with
// how long the arm would go on if nothing more was sent. It returns the way that the arm went.
func (r *trial) drive(course drivertest.Course, length time.Duration, each func(now safety.Instant, rest time.Duration)) (way float64) {
	var position, velocity, report, last safety.Point
	asked, reported := safety.Instant(0), safety.Instant(math.MaxInt64)
	for now := safety.Instant(0); now < length; now += r.tick {
		r.machine.run(now)
		way += r.machine.pos.Sub(last).Norm()
		last = r.machine.pos
		for len(r.answers) > 0 && r.answers[0] <= now {
			r.plan.add(now, r.flight[0].to, r.flight[0].feed)
			r.flight, r.answers = r.flight[1:], r.answers[1:]
		}
		if now >= reported {
			r.plan.measured(now, asked, report)
			reported = math.MaxInt64
		}
		if r.measure && now%movingPoll == 0 {
			asked, report, reported = now, r.machine.pos, now+15*time.Millisecond
		}
		change := course(now).Sub(velocity)
		if most := 1000 * r.tick.Seconds(); change.Norm() > most {
			change = change.Scale(most / change.Norm())
		}
		v := velocity.Add(change)
		next := position.Add(v.Scale(r.tick.Seconds()))
		to := onGrid(next)
		m := motion{to, feed(safety.Setpoint{Speed: v.Norm()}, to.Sub(r.end()).Norm(), r.tick.Seconds(), 1000)}
		if to == r.end() {
			position, velocity = next, v
		} else if len(r.flight) < window && r.plan.takes(now, append(r.flight[:len(r.flight):len(r.flight)], m), r.horizon-margin) {
			r.send(now, m)
			position, velocity = next, v
		}
		each(now, r.machine.rest()-now)
	}
	return way
}

func (r *trial) send(now safety.Instant, m motion) {
	late := func() time.Duration { return time.Duration(2+r.random.IntN(9)) * time.Millisecond }
	there := now + late()
	if n := len(r.machine.incoming); n > 0 {
		there = max(there, r.machine.incoming[n-1].at)
	}
	r.machine.incoming = append(r.machine.incoming, arrival{there, m})
	r.flight = append(r.flight, m)
	r.answers = append(r.answers, there+late())
}

// Without any measurement the arm rests within the horizon at every moment, and goes
// on average at 40 % of what Open calls its speed or more, the turns included.
func TestPlanKeepsTheHorizon(t *testing.T) {
	for _, tick := range []time.Duration{10, 20, 40} {
		tick *= time.Millisecond
		for _, more := range []time.Duration{0, 50, 150} {
			horizon := margin + firstDelay + lineLatency + max(fewestTicks*tick, firstMotion) + more*time.Millisecond
			for _, l := range []limits{
				{accel: 300, rate: 1000, junction: 0.01},
				{accel: 3000, rate: 1000, junction: 0.05},
				{accel: 1000, rate: 1000, jerk: 8},
			} {
				t.Run(fmt.Sprintf("%v %v %v", tick, horizon, l), func(t *testing.T) {
					r := newTrial(l, horizon, tick)
					speed := l.maxSpeed(horizon, tick)
					way := r.drive(drivertest.Turning(speed), 3*time.Second, func(now safety.Instant, rest time.Duration) {
						if rest > horizon {
							t.Errorf("at %v the arm moves on for %v", now, rest)
						}
					})
					if mean := way / 3; mean < 0.4*speed {
						t.Errorf("%.1f mm/s of %.1f", mean, speed)
					}
				})
			}
		}
	}
}

// A controller that becomes half as fast in motion overruns the horizon by no more than it has
// fallen behind until it is measured; then it is throttled.
func TestPlanThrottlesASlowController(t *testing.T) {
	const horizon, turns = 250 * time.Millisecond, time.Second
	l := limits{accel: 2000, rate: 1000, junction: 0.05}
	r := newTrial(l, horizon, 20*time.Millisecond)
	r.measure = true
	r.drive(drivertest.Turning(l.maxSpeed(horizon, r.tick)), 3*time.Second, func(now safety.Instant, rest time.Duration) {
		allowed := horizon
		if now >= turns {
			r.machine.slow = 0.5
			allowed += horizon / 4
		}
		if now >= turns && now < turns+4*movingPoll {
			allowed += movingPoll
		}
		if rest > allowed {
			t.Errorf("at %v the arm moves on for %v", now, rest)
		}
	})
}

// Whatever way an arm goes, with turns on its line and rests, it comes to its end and, if nothing
// more is sent, to rest within the horizon; a slow one sooner than if it was not measured.
func TestMeasuredPlanKeepsTheHorizon(t *testing.T) {
	const horizon, tick = 250 * time.Millisecond, 20 * time.Millisecond
	l := limits{accel: 2000, rate: 1000, junction: 0.05}
	rapid.Check(t, func(t *rapid.T) {
		r := newTrial(l, horizon, tick)
		r.measure = true
		r.machine.slow = rapid.SampledFrom([]float64{1, 0.9, 0.7, 0.5}).Draw(t, "pace")
		course, end := drivertest.DrawCourse(t, l.maxSpeed(horizon, tick))
		allowed := time.Duration(float64(horizon) / r.machine.slow)
		r.drive(course, end+5*time.Second, func(now safety.Instant, rest time.Duration) {
			if rest > allowed {
				t.Fatalf("at %v the arm moves on for %v", now, rest)
			}
		})
		if off := r.machine.pos.Sub(r.end()).Norm(); off > 1e-6 {
			t.Fatalf("it rests %v mm before the end", off)
		}
	})
}

// A controller that takes lines and does not move gets no more than fits into the horizon.
func TestPlanThrottlesAStandingController(t *testing.T) {
	p := newPlan(limits{accel: 2000, rate: 1000, junction: 0.05}, safety.Point{})
	const horizon = 250 * time.Millisecond
	sent := 0.0
	for now := safety.Instant(0); now < 5*time.Second; now += 20 * time.Millisecond {
		if now%movingPoll == 80*time.Millisecond {
			p.measured(now, now-10*time.Millisecond, safety.Point{})
		}
		m := motion{p.end().Add(safety.Point{X: 1}), 50}
		if p.takes(now, []motion{m}, horizon-margin) {
			p.add(now, m.to, m.feed)
			sent++
		}
	}
	if most := 2 * 50 * horizon.Seconds(); sent > most {
		t.Errorf("%v mm were sent to an arm that stands, want at most %v", sent, most)
	}
}

// An arm that is measured where the model is, or ahead of it, changes nothing; one that rests
// is not late, however long it does.
func TestMeasuredInTimeChangesNothing(t *testing.T) {
	p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.05}, safety.Point{})
	for i := range 4 {
		p.add(0, safety.Point{X: float64(i + 1)}, 40)
	}
	p.advance(70 * time.Millisecond)
	want := p.rests()
	for _, x := range []float64{4, 3.9, 2.5} {
		p.measured(70*time.Millisecond, 60*time.Millisecond, safety.Point{X: x})
		if got := p.rests(); got != want {
			t.Errorf("at %v mm: rests at %v, want %v", x, got, want)
		}
	}
	p.advance(time.Second)
	p.measured(time.Second, 990*time.Millisecond, safety.Point{X: 4})
	if got := p.rests(); got != want {
		t.Errorf("came to rest at %v, later than %v", got, want)
	}
}

// An arm that is a little ahead on its way back is not taken for one that is late on its way
// there: not on the same line, nor on one close by.
func TestMeasuredOnTheWayBack(t *testing.T) {
	for _, beside := range []float64{0, 0.5} {
		p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.05}, safety.Point{})
		for x := 1; x <= 5; x++ {
			p.add(0, safety.Point{X: float64(x)}, 40)
		}
		for x := 4; x >= 0; x-- {
			p.add(0, safety.Point{X: float64(x), Y: beside}, 40)
		}
		back := p.schedule()[5].begins
		p.advance(back + 35*time.Millisecond)
		want := p.rests()
		// After 30 ms the model is 0.4 mm on its way back, in the first block of five.
		p.measured(back+35*time.Millisecond, back+30*time.Millisecond, safety.Point{X: 2.5, Y: beside})
		if got := p.rests(); got != want {
			t.Errorf("%v mm beside: rests at %v, want %v", beside, got, want)
		}
	}
}

// An arm that is ahead of the model by as much before and behind its turn is in time.
func TestMeasuredAheadOnTheWayBack(t *testing.T) {
	p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.05}, safety.Point{})
	for _, x := range []float64{1, 2, 3, 4, 5, 4, 3} {
		p.add(0, safety.Point{X: x}, 40)
	}
	turn, want := p.schedule()[5].begins, p.rests()
	for _, m := range []struct {
		at safety.Instant
		x  float64
	}{
		{turn - 120*time.Millisecond, 3.4}, // where the model is 60 ms before it turns
		{turn - 20*time.Millisecond, 4.2},  // and 40 ms after
	} {
		p.measured(m.at+5*time.Millisecond, m.at, safety.Point{X: m.x})
		if got := p.rests(); got != want {
			t.Errorf("at %v mm: rests at %v, want %v", m.x, got, want)
		}
	}
}

// A motion that is held back begins no earlier because the arm was late in what came before.
func TestMeasuredLateBeforeAHeldMotion(t *testing.T) {
	p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.05}, safety.Point{})
	for i := range 4 {
		p.add(0, safety.Point{X: float64(i + 1)}, 40)
	}
	rested := p.rests()
	now := rested + 50*time.Millisecond
	p.add(now, safety.Point{X: 4.4}, 40)
	want := p.rests()
	// It was asked 1 ms after the model came to rest, and 3 ms before its last 0.3 mm.
	p.measured(now, rested+time.Millisecond, safety.Point{X: 3.7})
	if got := p.rests(); got < want {
		t.Errorf("rests at %v, want no earlier than %v", got, want)
	}
}

// An arm that stands where its next motion is still held back is not late by how long it stands.
func TestMeasuredWhereAMotionIsHeld(t *testing.T) {
	p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.05}, safety.Point{})
	for i := range 4 {
		p.add(0, safety.Point{X: float64(i + 1)}, 40)
	}
	p.measured(20*time.Millisecond, 10*time.Millisecond, safety.Point{})
	asked := p.rests() + 80*time.Millisecond
	p.add(asked-20*time.Millisecond, safety.Point{X: 5}, 40)
	want := p.rests()
	p.measured(asked+10*time.Millisecond, asked, safety.Point{X: 4})
	if got := p.rests(); got != want || p.track.pace != 1 {
		t.Errorf("rests at %v at a pace of %v, want %v and 1", got, p.track.pace, want)
	}
}

// An arm that is found 0.2 mm before where it should have been 25 ms ago ends 25 ms later.
func TestMeasuredLateDelays(t *testing.T) {
	p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.05}, safety.Point{})
	for i := range 4 {
		p.add(0, safety.Point{X: float64(i + 1)}, 40)
	}
	p.advance(90 * time.Millisecond)
	want := p.rests() + 25*time.Millisecond
	// 40 mm/s after 40 ms and 0.8 mm, so 1.4 mm after 55 ms of the 80.
	p.measured(90*time.Millisecond, 80*time.Millisecond, safety.Point{X: 1.2})
	if got := p.rests(); max(got-want, want-got) > time.Millisecond {
		t.Errorf("rests at %v, want %v", got, want)
	}
}

// One motion is held back for 100 ms, and then takes 2·√(way/acceleration). Three begin at
// once.
func TestPlanFromRest(t *testing.T) {
	l := limits{accel: 1000, rate: 1000, junction: 0.05}
	p := newPlan(l, safety.Point{})
	p.add(0, safety.Point{X: 0.4}, 500)
	near := func(what string, want time.Duration) {
		t.Helper()
		if got := p.rests(); max(got-want, want-got) > time.Millisecond {
			t.Errorf("%s: rests at %v, want %v", what, got, want)
		}
	}
	near("one", 140*time.Millisecond)
	p.add(20*time.Millisecond, safety.Point{X: 0.8}, 500)
	near("two", 157*time.Millisecond) // 0.8 mm: 57 ms
	p.add(40*time.Millisecond, safety.Point{X: 1.2}, 500)
	near("three", 109*time.Millisecond) // 1.2 mm: 69 ms
	// The first has begun: it goes through its 0.4 mm with full acceleration, no faster.
	p.add(60*time.Millisecond, safety.Point{X: 10}, 20)
	if got, want := p.blocks[0].exit, math.Sqrt(2*l.accel*0.4); got > want {
		t.Errorf("the block under way ends at %v mm/s, want at most %v", got, want)
	}
}

// The block that has begun is not planned again: alone, it ends at rest, and what comes then
// begins from rest.
func TestPlanLeavesTheBlockThatHasBegun(t *testing.T) {
	l := limits{accel: 1000, rate: 1000, junction: 0.05}
	p := newPlan(l, safety.Point{})
	p.add(0, safety.Point{X: 10}, 100) // 200 ms, from 100 ms on
	p.add(150*time.Millisecond, safety.Point{X: 20}, 100)
	if want, got := 500*time.Millisecond, p.rests(); max(got-want, want-got) > time.Millisecond {
		t.Errorf("rests at %v, want %v", got, want)
	}
}

// A motion that comes as another one is about to begin may have come too late to the controller:
// then that one ends at rest.
func TestPlanLeavesTheBlockThatMayHaveBegun(t *testing.T) {
	p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.05}, safety.Point{})
	p.add(0, safety.Point{X: 10}, 100) // 200 ms, from 100 ms on
	p.add(100*time.Millisecond-skew, safety.Point{X: 20}, 100)
	if want, got := 500*time.Millisecond, p.rests(); max(got-want, want-got) > time.Millisecond {
		t.Errorf("rests at %v, want %v", got, want)
	}
}

// A line that finds the planner full holds up every line behind it: it is not sent.
func TestPlanLeavesRoomInThePlanner(t *testing.T) {
	p := newPlan(limits{accel: 1000, rate: 1000, junction: 0.05}, safety.Point{})
	for i := range plannerBlocks {
		to := safety.Point{X: float64(i + 1)}
		if !p.takes(0, []motion{{to, 1}}, time.Hour) {
			t.Fatalf("motion %d is refused", i+1)
		}
		p.add(0, to, 1)
	}
	if p.takes(0, []motion{{safety.Point{X: 100}, 1}}, time.Hour) {
		t.Error("a full planner takes a motion")
	}
}
