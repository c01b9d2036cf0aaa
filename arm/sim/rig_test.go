package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

const tick = 10 * time.Millisecond

// tester is a testing.T or a rapid.T.
type tester interface {
	Helper()
	Fatal(args ...any)
}

// rig plays the writer for one arm, on a clock of its own: it calls Service when that is
// due and never else, and notes what the arm reports.
type rig struct {
	t    tester
	arm  *Sim
	now  safety.Instant
	next safety.Instant // when Service is due

	opened   arm.Opened
	events   []string
	times    []safety.Instant // of events
	measured []sample
	lost     error
	serviced int
}

type sample struct {
	at     safety.Instant
	p      safety.Point
	atRest bool
}

func newRig(t tester, cfg Config) *rig {
	t.Helper()
	r := &rig{t: t, arm: New(cfg)}
	r.open()
	return r
}

func (r *rig) open() {
	r.t.Helper()
	r.next = arm.Never
	opened, err := r.arm.Open(context.Background(), r)
	r.must(err)
	r.opened = opened
}

// until lets time pass.
func (r *rig) until(end safety.Instant) {
	r.t.Helper()
	for r.next <= end {
		r.now = max(r.now, r.next)
		next, err := r.arm.Service(r.now)
		r.serviced++
		if r.next = next; err != nil {
			return // the link is lost
		}
		if next <= r.now {
			r.t.Fatal("Service wants to be called again at once")
		}
	}
	r.now = max(r.now, end)
}

func (r *rig) move(p safety.Point) {
	r.t.Helper()
	sp := safety.Setpoint{Position: p}
	if r.arm.Accepts(r.now, sp) == 0 {
		r.t.Fatal("setpoint not accepted")
	}
	r.must(r.arm.Move(r.now, sp))
}

// drive sends n setpoints along x at speed, one a tick, the first one at once.
func (r *rig) drive(speed float64, n int) (last safety.Point) {
	r.t.Helper()
	last = r.arm.servo.target
	for i := range n {
		if i > 0 {
			r.until(r.now + tick)
		}
		last.X += speed * tick.Seconds()
		r.move(last)
	}
	return last
}

func (r *rig) last() sample { return r.measured[len(r.measured)-1] }

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) note(format string, args ...any) {
	r.events = append(r.events, fmt.Sprintf(format, args...))
	r.times = append(r.times, r.now)
}

func (r *rig) Measured(m arm.Measurement) {
	p := m.Position
	r.measured = append(r.measured, sample{r.now, p, m.AtRest})
	if m.AtRest {
		r.note("stands at %.2f, %.2f, %.2f", p.X, p.Y, p.Z)
	}
}
func (r *rig) Gripped(g safety.Gripper)       { r.note("gripped %v", g) }
func (r *rig) Stopped(result arm.StopResult)  { r.note("stopped %v", result) }
func (r *rig) Alarm(text string, locked bool) { r.note("alarm %s, locked %v", text, locked) }
func (r *rig) Unlocked()                      { r.note("unlocked") }
func (r *rig) Lost(err error)                 { r.lost = err; r.note("lost: %v", err) }
func (r *rig) Wake()                          { r.next = r.now }
