package drivertest

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

// bench is one trial: a driver with its machine, and the gate in front of it.
type bench struct {
	rig       Rig
	caps      arm.Capabilities
	begun     time.Time
	board     *armtest.Memory // nil: the driver is its own arm
	driver    arm.Driver
	tap       *tap
	problems  []error
	moved     bool // the arm moved at the moment that counts
	seen      []sample
	strayed   bool // told that the arm is far from its setpoint
	unplugged bool

	wake      chan struct{}
	due       safety.Instant // Service
	busySince safety.Instant
	busy      int
	opened    bool
	rearmed   bool // since the last reset
	relaxed   bool
	stop      stopMark
	accepting atomic.Bool

	mu      sync.Mutex // as the daemon's guard has it
	gate    *safety.Gate
	station *safety.Session
	sleeps  safety.Instant // until when, if nothing wakes the writer
	linked  bool
	lost    error // why the link was given up
	heard   []report
}

const never = arm.Never

// newBench makes a driver, not open, and its machine at rest.
func newBench(t *testing.T, rig Rig) *bench {
	t.Helper()
	b := &bench{rig: rig, begun: time.Now(), wake: make(chan struct{}, 1), due: never}
	b.tap = &tap{bench: b}
	var open arm.Opener
	if rig.Machine != nil {
		b.board = armtest.StartMemory(t, rig.Machine)
		open = b.tap.open
	}
	b.driver = rig.Driver(open)
	b.caps = b.driver.Capabilities()
	gate, err := safety.New(0, rig.gate(b.caps))
	if err != nil {
		t.Fatal(err)
	}
	b.gate, b.station = gate, gate.Connect(0, "suite", safety.Operator)
	return b
}

// now is the writer's clock, and the machine's.
func (b *bench) now() safety.Instant { return time.Since(b.begun) }

// done ends a trial.
func (b *bench) done() {
	b.tap.check()
	b.checkJoints()
	if !reflect.DeepEqual(b.caps, b.driver.Capabilities()) {
		b.errorf("the capabilities changed from %+v to %+v", b.caps, b.driver.Capabilities())
	}
	if b.opened {
		b.opened = false
		_ = b.driver.Close()
	}
}

// openTime is how long an Open may take: 10 s where the controller needs that.
const openTime = 12 * time.Second

// open opens the driver, which must work, and checks what it says.
func (b *bench) open() arm.Opened {
	began := b.now()
	o, err := b.driver.Open(context.Background(), b)
	if err != nil {
		b.fatalf("Open: %v", err)
	}
	if took := b.now() - began; took > openTime {
		b.errorf("Open took %v", took)
	}
	if at := b.truth(); o.Position.Sub(at).Norm() > b.rig.Tolerance {
		b.errorf("Open says that the arm is at %v, it is at %v", o.Position, at)
	}
	b.fits("Open", o.Position, o.Joints)
	if o.Alarm != "" {
		b.errorf("Open says that the controller is locked: %s", o.Alarm)
	}
	b.opened, b.due = true, 0
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lost, b.linked = nil, true
	b.gate.LinkUp(o.Position, o.MaxSpeed)
	return o
}

// start opens the driver and ends the stop of the boot.
func (b *bench) start() {
	b.open()
	b.reset()
}

// answer is how long an arm may take for what is not motion.
const answer = 5 * time.Second

// reset ends the present stop, once the arm is known to stand.
func (b *bench) reset() {
	if !b.until(answer, b.gateAtRest) {
		b.fatalf("the arm is not known to stand: a reset is refused")
	}
	b.rearmed = false
	b.mu.Lock()
	v := b.gate.Reset(b.now(), b.station, b.gate.StopID(), 0, false)
	b.mu.Unlock()
	if !v.OK() {
		b.fatalf("the reset is refused: %v", v.Reason)
	}
	b.until(answer, func() bool { return b.rearmed || !b.opened })
	b.wantLink()
}

func (b *bench) gateAtRest() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gate.AtRest()
}

// state returns what the gate is in.
func (b *bench) state() safety.State {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.gate.State()
}

// wantLink ends the trial if the driver has given up the link.
func (b *bench) wantLink() {
	if !b.opened {
		b.fatalf("the link is %v", b.lost)
	}
}

// order tells the gate to go somewhere, or to grip.
func (b *bench) order(o safety.Order) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if v := b.gate.Admit(b.now(), b.station, o); !v.OK() {
		var why any = v.Reason
		if v.Reason == safety.StoppedLatched {
			why = b.gate.Snapshot(nil).Causes
		}
		b.fatalf("the gate refuses %+v: %v", o, why)
	}
}

// travel carries out the legs of j until its moment.
func (b *bench) travel(j journey) {
	began := b.now()
	for _, l := range j.legs {
		if l.at >= j.moment {
			break
		}
		b.serve(began + l.at - b.now())
		b.wantLink()
		b.order(safety.Order{Move: true, Target: l.to})
	}
	b.serve(began + j.moment - b.now())
	b.wantLink()
	b.moved = b.moving()
}

// patience is how long a way of distance mm may take: arms that keep a horizon with little
// acceleration creep.
func patience(distance float64) time.Duration {
	return 5*time.Second + time.Duration(distance/5*float64(time.Second))
}

// arrive sends the arm to a place and checks that it comes there, by the short way.
func (b *bench) arrive(to safety.Point) {
	from := b.truth()
	heard, began := b.reports(), b.now()
	way := to.Sub(from).Norm()
	b.order(safety.Order{Move: true, Target: to})
	there := func() bool { return b.truthNow().Sub(to).Norm() <= b.rig.Tolerance && b.restsAtGate() }
	if !b.until(patience(way), func() bool { return there() || !b.opened || b.state() == safety.Stopped }) {
		b.fatalf("sent from %v to %v, the arm is at %v after %v", from, to, b.truth(), patience(way))
	}
	b.wantLink()
	b.wantNoAlarm(heard)
	if b.state() == safety.Stopped {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.fatalf("sent from %v to %v, the arm is stopped: %v", from, to, b.gate.Snapshot(nil).Causes)
	}
	b.serve(settleTime)
	if went := b.pathSince(began); went > 1.2*way+4*b.rig.Tolerance {
		b.errorf("sent from %v to %v, %.2f mm, the arm went %.2f mm", from, to, way, went)
	}
	b.wantTruth()
}

// settleTime is how long an arm that stands is watched.
const settleTime = 700 * time.Millisecond

// restsAtGate reports whether the gate has no setpoint to come.
func (b *bench) restsAtGate() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.gate.Snapshot(nil)
	return !s.HasTarget || s.Setpoint == s.Target
}

// wantTruth checks that an arm that stands is where the driver says.
func (b *bench) wantTruth() {
	if !b.caps.Measured {
		return
	}
	told := b.said(0, is(measured))
	if len(told) == 0 {
		b.errorf("the arm was never measured")
		return
	}
	last := told[len(told)-1]
	if at := b.truth(); last.position.Sub(at).Norm() > b.rig.Tolerance || !last.rests {
		b.errorf("the driver says that the arm is at %v, rests %v; it is at %v", last.position, last.rests, at)
	}
}

// onward moves the arm a little, inwards from where it is, or back into the workspace: it
// still works.
func (b *bench) onward() {
	from := b.truth()
	middle := b.rig.corner(0.5, 0.5, 0.5)
	way := middle.Sub(from)
	if way.Norm() < 10 { // it is there: anywhere else
		way = b.rig.corner(0.6, 0.55, 0.5).Sub(from)
	}
	b.arrive(b.rig.Workspace.Clamp(from.Add(way.Scale(min(1, 20/way.Norm())))))
}
