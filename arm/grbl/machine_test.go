package grbl

import (
	"math"
	"slices"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// machine is a small Grbl of the tests' own, from what grbl/planner.c and grbl/stepper.c
// say: a planner that ends at zero in its last block and goes over corners by the junction
// deviation, and steps prepared ahead in segments of 10 ms, which no later block changes.
type machine struct {
	accel, junction float64
	segments        int     // prepared ahead; 0: every microstep is planned anew
	slow            float64 // of the feeds; 1: as asked

	at       safety.Instant
	pos      safety.Point // of the steps that are done
	last     safety.Point // end of the last block
	blocks   []block
	into     float64 // mm of blocks[0] that are prepared
	speed    float64 // mm/s at the end of what is prepared
	prepared [][]safety.Point
	incoming []arrival
}

type arrival struct {
	at safety.Instant
	to safety.Point
	f  float64
}

const microstep = time.Millisecond / 2

func (m *machine) clone() *machine {
	c := *m
	c.blocks = slices.Clone(m.blocks)
	c.prepared = slices.Clone(m.prepared)
	c.incoming = slices.Clone(m.incoming)
	return &c
}

func (m *machine) idle() bool {
	return len(m.blocks) == 0 && len(m.prepared) == 0 && len(m.incoming) == 0
}

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
		m.arrive(m.incoming[0])
		m.incoming = m.incoming[1:]
	}
	for len(m.blocks) > 0 && len(m.prepared) < max(m.segments, 1) {
		m.prepare()
	}
	if len(m.prepared) == 0 {
		return
	}
	m.pos = m.prepared[0][0]
	if m.prepared[0] = m.prepared[0][1:]; len(m.prepared[0]) == 0 {
		m.prepared = m.prepared[1:]
	}
}

func (m *machine) arrive(a arrival) {
	way := a.to.Sub(m.last)
	if l := way.Norm(); l > 0 {
		m.blocks = append(m.blocks, block{to: a.to, length: l, feed: a.f * m.slow, dir: way.Scale(1 / l)})
		m.last = a.to
	}
}

// prepare makes one segment of up to 10 ms.
func (m *machine) prepare() {
	n := 20
	if m.segments == 0 {
		n = 1
	}
	var seg []safety.Point
	dt := microstep.Seconds()
	for len(seg) < n && len(m.blocks) > 0 {
		b := m.blocks[0]
		left := b.length - m.into
		exit := m.exitSpeed()
		m.speed = min(m.speed+m.accel*dt, b.feed, math.Sqrt(exit*exit+2*m.accel*left))
		m.into += max(m.speed*dt, 1e-6)
		over := m.into - b.length
		if over < 0 {
			seg = append(seg, b.to.Sub(b.dir.Scale(b.length-m.into)))
			continue
		}
		m.speed, m.into = min(m.speed, max(exit, m.accel*dt)), 0
		m.blocks = m.blocks[1:]
		if len(m.blocks) > 0 {
			m.into = min(over, m.blocks[0].length/2)
		} else {
			m.speed = 0
		}
		seg = append(seg, b.to)
	}
	m.prepared = append(m.prepared, seg)
}

// exitSpeed returns the fastest end of the first block from which all others can be done.
func (m *machine) exitSpeed() float64 {
	v := 0.0
	for i := len(m.blocks) - 1; i > 0; i-- {
		a, b := m.blocks[i-1], m.blocks[i]
		v = min(math.Sqrt(v*v+2*m.accel*b.length), a.feed, b.feed, m.corner(a, b))
	}
	return v
}

func (m *machine) corner(a, b block) float64 {
	cos := a.dir.X*b.dir.X + a.dir.Y*b.dir.Y + a.dir.Z*b.dir.Z
	if cos > 0.999999 {
		return math.Inf(1)
	}
	half := (math.Pi - math.Acos(min(max(cos, -1), 1))) / 2
	return math.Sqrt(m.accel * m.junction * math.Sin(half) / (1 - math.Sin(half)))
}
