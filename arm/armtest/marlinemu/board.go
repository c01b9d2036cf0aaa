package marlinemu

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// Board is a Marlin controller and its arm, an [armtest.Machine].
type Board struct {
	cfg    Config
	set    settings
	now    time.Duration
	out    []byte
	events []armtest.Event

	serial    serial
	line      lineBuffer
	emergency emergency
	queue     []string // at most queueSize; the first one is being executed while working
	working   bool
	takes     time.Duration // when the command being executed takes effect
	job       []func() bool // what is left of it, and has to wait
	dwell     time.Duration // until when G4 waits
	busyAt    time.Duration // when the next echo:busy is due

	bootAt   time.Duration // when the boot ends; Never if it has
	killed   bool          // deaf until a reboot
	killAt   time.Duration // when the motors of a killed board stop
	cleaning time.Duration // until when a quick stop throws motion away; 0: none

	gcode   gcode
	planner planner
	stepper stepper
	outputs outputs
	auto    autoReport
	sample  time.Duration
	origin  axes // mm, where Marlin's zero truly is

	faults faults
}

// New powers a board up at now. Nothing is to be read from it unless it is configured to
// greet.
func New(cfg Config, now time.Duration) *Board {
	b := &Board{cfg: cfg, now: now, sample: armtest.Never, bootAt: armtest.Never, killAt: armtest.Never}
	b.stepper.at = axesOf(cfg.Position).inSteps()
	b.initialize()
	if cfg.Banner {
		b.greet()
	}
	return b
}

// initialize is what a boot sets up. Marlin takes the place where it stands for what it
// believes it to be.
func (b *Board) initialize() {
	b.set = b.cfg.settings()
	b.serial, b.line, b.emergency = serial{}, lineBuffer{}, emergency{}
	b.queue, b.working, b.job, b.dwell = nil, false, nil, 0
	b.killed, b.killAt, b.cleaning = false, armtest.Never, 0
	b.gcode = gcode{at: b.stepper.at, feed: 25} // FEEDRATE of 1500 mm/min
	b.planner.clear(b.stepper.at)
	b.auto = autoReport{next: armtest.Never}
}

// Receive takes bytes that arrived together at now. The main program gets to read each line
// as it comes, if it waits.
func (b *Board) Receive(now time.Duration, p []byte) {
	b.Advance(now)
	if b.faults.hang || b.killed || b.booting() {
		return
	}
	for _, c := range p {
		b.receiveByte(c)
		if c == '\n' || c == '\r' {
			b.run()
		}
	}
	b.endLoss()
}

// Advance plays everything that is due until to.
func (b *Board) Advance(to time.Duration) {
	for t := b.Next(); t <= to; t = b.Next() {
		b.now = max(b.now, t)
		b.fire()
	}
	b.now = max(b.now, to)
}

// Next is when Advance has something to do, or Never.
func (b *Board) Next() time.Duration {
	t := min(b.bootAt, b.killAt, b.auto.next, b.faults.nextReply())
	if b.stepper.moving() {
		t = min(t, b.stepper.due(), b.sample)
	} else if !b.planner.empty() {
		t = min(t, b.planner.deliver)
	}
	if b.killed || b.booting() {
		return t
	}
	if b.cleaning > 0 {
		t = min(t, b.cleaning)
	}
	if !b.working {
		return t
	}
	if len(b.job) == 0 {
		return min(t, b.takes)
	}
	t = min(t, b.busyAt)
	if b.dwell > b.now {
		t = min(t, b.dwell)
	}
	return t
}

func (b *Board) fire() {
	if b.bootAt <= b.now {
		b.bootAt = armtest.Never
		b.greet()
	}
	b.move()
	if b.killAt <= b.now {
		b.killAt = armtest.Never
		b.halt()
	}
	if b.auto.next <= b.now {
		b.autoReport()
	}
	for b.faults.nextReply() <= b.now {
		b.print(b.faults.takeReply())
	}
	b.run()
}

// move plays the motors until now.
func (b *Board) move() {
	if b.stepper.moving() && b.sample <= b.now {
		b.log(armtest.EvPos, "", 0)
		b.sample += armtest.SamplePeriod
	}
	if b.stepper.moving() && b.stepper.due() <= b.now {
		b.stepper.finish(&b.planner)
		b.blow()
		if !b.stepper.moving() {
			b.log(armtest.EvRest, "", 0)
		}
	}
	if !b.stepper.moving() && b.planner.ready(b.now) {
		b.stepper.begin(b.now, &b.planner)
		b.log(armtest.EvStart, "", 0)
		b.sample = b.now + armtest.SamplePeriod
		b.blow()
	}
}

// Take returns what was written since the last call.
func (b *Board) Take() (out []byte, events []armtest.Event) {
	out, events = b.out, b.events
	b.out, b.events = nil, nil
	return out, events
}

// Event describes the present moment.
func (b *Board) Event(ev, text string, n int) armtest.Event {
	at, v := b.stepper.where(b.now)
	at = at.plus(b.origin)
	return armtest.Event{
		T: int64(b.now), Ev: ev, Text: text, N: n,
		X: round4(at[0]), Y: round4(at[1]), Z: round4(at[2]), V: round4(v),
	}
}

func (b *Board) log(ev, text string, n int) { b.events = append(b.events, b.Event(ev, text, n)) }

// round4 keeps 0.1 µm.
func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }
