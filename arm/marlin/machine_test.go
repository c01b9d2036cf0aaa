package marlin

import (
	"math"
	"slices"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// machine is a small Marlin of the tests' own, from what planner.cpp and stepper.cpp say: the
// first motion from rest is held back for 100 ms unless three are planned, a block that has
// begun ends at the speed that was planned for it then, and the last one ends at rest.
type machine struct {
	limits limits
	slow   float64 // of the feeds; 1: as asked

	at       safety.Instant
	pos      safety.Point
	last     safety.Point // end of the last block
	blocks   []piece
	waited   time.Duration // of the first block from rest
	begun    bool
	exit     float64 // mm/s, of the block that has begun
	speed    float64 // mm/s
	incoming []arrival
}

type piece struct {
	dir    safety.Point
	left   float64
	length float64
	feed   float64
}

type arrival struct {
	at safety.Instant
	m  motion
}

const microstep = time.Millisecond / 4

func (m *machine) clone() *machine {
	c := *m
	c.blocks, c.incoming = slices.Clone(m.blocks), slices.Clone(m.incoming)
	return &c
}

func (m *machine) idle() bool { return len(m.blocks) == 0 && len(m.incoming) == 0 }

// rest returns when the arm is at rest if nothing more is sent.
func (m *machine) rest() safety.Instant {
	c := m.clone()
	for ; !c.idle(); c.at += microstep {
		c.step()
	}
	return c.at
}

func (m *machine) run(until safety.Instant) {
	for ; m.at < until; m.at += microstep {
		m.step()
	}
}

func (m *machine) step() {
	for len(m.incoming) > 0 && m.incoming[0].at <= m.at {
		a := m.incoming[0].m
		m.incoming = m.incoming[1:]
		way := a.to.Sub(m.last)
		if l := way.Norm(); l > 0 {
			m.blocks = append(m.blocks, piece{way.Scale(1 / l), l, l, a.feed * m.slow})
			m.last = a.to
		}
	}
	if len(m.blocks) == 0 {
		m.begun, m.waited = false, 0
		return
	}
	if !m.begun {
		if m.waited += microstep; m.waited < 100*time.Millisecond && len(m.blocks) < 3 {
			return
		}
		m.begun, m.exit, m.speed = true, m.exitSpeed(), 0
	}
	for way := m.advance(); way > 0 && len(m.blocks) > 0; {
		b := &m.blocks[0]
		gone := min(way, b.left)
		m.pos = m.pos.Add(b.dir.Scale(gone))
		way -= gone
		if b.left -= gone; b.left > 1e-9 {
			return
		}
		m.blocks = m.blocks[1:]
		if len(m.blocks) > 0 {
			m.speed = min(m.speed, max(m.exit, m.limits.accel*microstep.Seconds()))
			m.exit = m.exitSpeed()
		}
	}
}

// advance returns how far the arm goes in this step.
func (m *machine) advance() float64 {
	b, dt := m.blocks[0], microstep.Seconds()
	m.speed = min(m.speed+m.limits.accel*dt, b.feed, math.Sqrt(m.exit*m.exit+2*m.limits.accel*b.left))
	return max(m.speed*dt, 1e-6)
}

// exitSpeed returns the fastest end of the first block from which all others can be done.
func (m *machine) exitSpeed() float64 {
	v, accel := 0.0, m.limits.accel
	for i := len(m.blocks) - 1; i > 0; i-- {
		a, b := m.blocks[i-1], m.blocks[i]
		v = min(math.Sqrt(v*v+2*accel*b.length), a.feed, b.feed, m.corner(a.dir, b.dir))
	}
	return v
}

func (m *machine) corner(a, b safety.Point) float64 {
	cos := a.X*b.X + a.Y*b.Y + a.Z*b.Z
	if cos > 0.999999 {
		return math.Inf(1)
	}
	if m.limits.junction == 0 {
		most := 0.0 // change of velocity on an axis, for a speed of 1
		for _, d := range []float64{b.X - a.X, b.Y - a.Y, b.Z - a.Z} {
			most = max(most, math.Abs(d))
		}
		return m.limits.jerk / most
	}
	half := (math.Pi - math.Acos(min(max(cos, -1), 1))) / 2
	return math.Sqrt(m.limits.accel * m.limits.junction * math.Sin(half) / (1 - math.Sin(half)))
}
