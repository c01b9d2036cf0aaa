package roarmemu

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// Arm is a RoArm-M2 with its controller. It is an armtest.Machine.
type Arm struct {
	cfg    Config
	now    time.Duration
	serial serial
	task   *task // what the firmware is busy with; nil: it reads
	info   int   // InfoPrint
	flowAt time.Duration
	faults faults

	servos  [joints]servo
	torque  bool
	tickAt  time.Duration // the next tick of motion
	ticks   int           // since the last sample
	playing bool          // ticks follow one another
	moving  bool          // the last event said so
	at      safety.Point  // mm, where the hand is
	speed   float64       // mm/s

	out    []byte
	events []armtest.Event
}

var _ armtest.Machine = (*Arm)(nil)

// New returns an arm at now.
func New(cfg Config, now time.Duration) *Arm {
	a := &Arm{cfg: cfg.withDefaults(), now: now, info: infoEcho, torque: true}
	pose := [joints]int{middle, middle, middle, middle}
	if p := cfg.Position; p != nil {
		pose = inverse(safety.Point{X: p[0], Y: p[1], Z: p[2]}, 0).counts()
		pose[hand] = middle
	}
	for j := range a.servos {
		a.servos[j] = servo{pos: float64(pose[j]), goal: pose[j]}
	}
	a.load()
	for j := range a.servos { // it has come to rest
		s := &a.servos[j]
		s.goal -= int(math.Round(s.sag))
		s.pos = s.end()
	}
	a.at = a.hand()
	if cfg.Boot {
		a.boot()
	}
	return a
}

// Advance plays until now.
func (a *Arm) Advance(now time.Duration) {
	for next := a.Next(); next <= now; next = a.Next() {
		a.now = max(a.now, next)
		a.play()
	}
	a.now = max(a.now, now)
}

// Next returns when something happens next.
func (a *Arm) Next() time.Duration {
	next := armtest.Never
	if a.playing {
		next = a.tickAt
	}
	if a.task != nil {
		next = min(next, a.task.at)
	}
	if a.flowing() {
		next = min(next, a.flowAt)
	}
	return next
}

func (a *Arm) play() {
	if a.playing && a.tickAt <= a.now {
		a.tick()
	}
	if a.task != nil && a.task.at <= a.now {
		a.proceed()
	}
	if a.flowing() && a.flowAt <= a.now {
		a.flow()
	}
	a.wake()
}

// Receive takes bytes from the host.
func (a *Arm) Receive(now time.Duration, p []byte) {
	a.Advance(now)
	for _, c := range p {
		a.serial.take(a, c)
		if a.task == nil && !a.faults.hang {
			a.read()
		}
	}
	if a.faults.hang {
		a.serial.rx, a.serial.line = nil, nil
	}
	a.serial.endLoss(a)
	a.wake()
}

// Take returns what was sent and what happened since the last Take.
func (a *Arm) Take() (out []byte, events []armtest.Event) {
	out, events = a.out, a.events
	a.out, a.events = nil, nil
	return out, events
}

// Event describes the present moment.
func (a *Arm) Event(ev, text string, n int) armtest.Event {
	return armtest.Event{T: int64(a.now), Ev: ev, X: a.at.X, Y: a.at.Y, Z: a.at.Z, V: a.speed, Text: text, N: n}
}

func (a *Arm) log(ev, text string, n int) { a.events = append(a.events, a.Event(ev, text, n)) }
