package safety

import (
	"fmt"
	"testing"
)

// corners are the targets of a motion that goes round and round, and never comes to rest.
var corners = [...]Point{{200, -200, 100}, {200, 200, 100}, {-200, 200, 300}, {-200, -200, 300}}

const sideTicks = 25 // from one corner to the next: the arm is on its way to it all the time

// moving is a gate whose arm is in the midst of a motion, and two stations that may order it
// about. The first of them holds.
type moving struct {
	t        testing.TB
	gate     *Gate
	stations [2]*Session
	now      Instant
	orders   int
	ticks    int
}

func newMoving(t testing.TB, control Control) *moving {
	cfg := testConfig()
	cfg.Control = control
	cfg.Rate, cfg.Burst = 1e12, 1e12 // none is refused, however fast
	g, err := New(0, cfg)
	if err != nil {
		t.Fatal(err)
	}
	m := &moving{t: t, gate: g}
	for i, name := range []string{"laptop", "pendant"} {
		m.stations[i] = g.Connect(0, name, Operator)
	}
	g.LinkUp(Point{200, 0, 150}, 0)
	m.admit(admissions[0], 1)
	if step := m.gate.Tick(m.now, whole); step.Kind != StepGrip {
		t.Fatalf("got %+v", step)
	}
	g.Gripped(GripperOpen)
	for range 2 * len(corners) * sideTicks {
		m.tick()
	}
	return m
}

func whole(Setpoint) float64 { return 1 }

// admission is what the orders of a batch have in common.
type admission struct {
	name    string
	control Control
	from    []int   // stations, in turn
	above   float64 // mm, from a corner to the target
	want    Reason
}

var admissions = []admission{
	{"exclusive", Exclusive, []int{0}, 0, Accepted},
	{"shared", Shared, []int{0, 1}, 0, Accepted},
	{"not_in_control", Exclusive, []int{1}, 0, NotInControl},
	{"out_of_workspace", Exclusive, []int{0}, 400, OutOfWorkspace},
}

// admit brings orders before the gate as the daemon does with what one read brought.
func (m *moving) admit(a admission, batch int) {
	for range batch {
		o := Order{Move: true, Target: corners[m.orders%len(corners)], Gripper: GripperOpen}
		o.Target.Z += a.above
		if v := m.gate.Admit(m.now, m.stations[a.from[m.orders%len(a.from)]], o); v.Reason != a.want {
			m.t.Fatalf("%s: the verdict is %v", a.name, v.Reason)
		}
		m.orders++
	}
	m.gate.Events()
	m.gate.Next()
}

// tick takes the next setpoint out of the gate as the daemon's writer does. Now and then the
// arm is sent to another corner.
func (m *moving) tick() {
	if m.ticks%sideTicks == 0 {
		m.admit(admissions[0], 1)
	}
	m.ticks++
	m.now = m.gate.Next()
	if step := m.gate.Tick(m.now, whole); step.Kind != StepMove {
		m.t.Fatalf("tick %d: %+v", m.ticks, step)
	}
	m.gate.Events()
}

// release gives the lease back and takes it again: the arm brakes, and goes on.
func (m *moving) release() {
	if v := m.gate.Release(m.now, m.stations[0], 0, false); !v.OK() || m.gate.State() != Held {
		m.t.Fatal(v, m.gate.State())
	}
	m.admit(admissions[0], 1)
}

// What runs in every command and in every tick allocates nothing. An order that asks to be
// notified is none of these: its notice is one allocation.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	none := func(name string, run func()) {
		if n := testing.AllocsPerRun(1000, run); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	for _, a := range admissions {
		m := newMoving(t, a.control)
		none(a.name, func() { m.admit(a, 16) })
	}
	m := newMoving(t, Exclusive)
	none("tick", m.tick)
	none("release", m.release)
	none("ping", func() { m.gate.Ping(m.now, m.stations[0]) })
	none("snapshot", func() { m.gate.Snapshot(m.stations[0]) })
}

// Every order has another target than the one before, which it supersedes if it is accepted.
func BenchmarkAdmit(b *testing.B) {
	for _, a := range admissions {
		for _, batch := range []int{1, 16, 256} {
			b.Run(fmt.Sprintf("%s/%d", a.name, batch), func(b *testing.B) {
				m := newMoving(b, a.control)
				before := m.gate.Counts().Superseded
				b.ReportAllocs()
				for b.Loop() {
					m.admit(a, batch)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batch), "ns/command")
				want := 0
				if a.want == Accepted {
					want = b.N * batch
				}
				if got := int(m.gate.Counts().Superseded - before); got != want {
					b.Fatalf("%d of %d targets superseded the one before", got, want)
				}
			})
		}
	}
}

// BenchmarkTick measures one setpoint of an arm that moves, with the question when the next
// one is due.
func BenchmarkTick(b *testing.B) {
	m := newMoving(b, Exclusive)
	before := m.gate.Counts().Setpoints
	b.ReportAllocs()
	for b.Loop() {
		m.tick()
	}
	if got := m.gate.Counts().Setpoints - before; got != uint64(b.N) {
		b.Fatalf("%d setpoints in %d ticks", got, b.N)
	}
}

func BenchmarkSnapshot(b *testing.B) {
	for _, state := range []State{Active, Stopped} {
		b.Run(state.String(), func(b *testing.B) {
			m := newMoving(b, Exclusive)
			if state == Stopped {
				m.gate.Stop(m.now, Cause{Kind: CauseStation, By: "pendant"})
			}
			b.ReportAllocs()
			for b.Loop() {
				if s := m.gate.Snapshot(m.stations[0]); s.State != state || !s.Holds {
					b.Fatalf("got %+v", s)
				}
			}
		})
	}
}
