package roarmemu

import (
	"math"
	"time"
)

// task is something that keeps the firmware from reading.
type task struct {
	at time.Duration // when do is due
	do func() (wait time.Duration, over bool)
}

func (a *Arm) begin(t *task) { a.task = t }

// proceed carries out what is due of the task, and lets the firmware read again after it.
func (a *Arm) proceed() {
	wait, over := a.task.do()
	if !over {
		a.task.at = a.now + wait
		return
	}
	a.task = nil
	a.flowAt = a.now + flowPeriod
	if !a.faults.hang {
		a.read()
	}
}

// emergency is T:0.
func (a *Arm) emergency() {
	const limp = 10 * time.Second
	a.setTorque(false)
	a.begin(&task{at: a.now + limp, do: func() (time.Duration, bool) {
		a.setTorque(true)
		return 0, true
	}})
}

// stepTime is one step of T:104: a delay of 2 ms, and the write to five servos.
const stepTime = 2500 * time.Microsecond

// interpolate is T:104. Without a speed it never comes to an end.
func (a *Arm) interpolate(m message) {
	from, to := measured(a.counts()).reported(), m.point()
	angle, t := measured(a.counts())[hand], m.number("t")
	way := to.Sub(from)
	steps := max(math.Abs(way.X), math.Abs(way.Y), math.Abs(way.Z), math.Abs(t-angle)*10)
	done, each := 0.0, m.number("spd")/steps
	a.begin(&task{at: a.now, do: func() (time.Duration, bool) {
		k := (1 - math.Cos(done*math.Pi)) / 2
		over := !(done <= 1) // a way of 0 has no steps
		if over {
			k = 1
		}
		goal := inverse(from.Add(way.Scale(k)), angle+(t-angle)*k)
		if goal.nan() {
			return 0, true // the servos have the last point that was in reach
		}
		a.goTo(goal.counts())
		done += each
		return stepTime, over
	}})
}

// The init pose: every servo in its middle, one after the other (RoArmM2_moveInit).
const (
	initSpeed = 600 // counts/s
	initAccel = 20  // 100 counts/s²
)

// initPose returns the task that goes there.
func (a *Arm) initPose() *task {
	near := func(j int, counts float64) bool { return math.Abs(a.servos[j].pos-middle) <= counts }
	order := func(j int) { a.servos[j].order(middle, initSpeed, initAccel) }
	steps := []func() (time.Duration, bool){
		func() (time.Duration, bool) { order(base); order(shoulder); return 0, true },
		func() (time.Duration, bool) { return 10 * time.Millisecond, near(shoulder, 120) },
		func() (time.Duration, bool) { return 1210 * time.Millisecond, true },
		func() (time.Duration, bool) { order(elbow); return 0, true },
		func() (time.Duration, bool) { return 10 * time.Millisecond, near(elbow, 80) },
		func() (time.Duration, bool) { a.grip(middle, initSpeed, initAccel); return time.Second, true },
	}
	return &task{at: a.now, do: func() (time.Duration, bool) {
		if len(steps) == 0 {
			return 0, true
		}
		wait, done := steps[0]()
		if done {
			steps = steps[1:]
		}
		return wait, false
	}}
}
