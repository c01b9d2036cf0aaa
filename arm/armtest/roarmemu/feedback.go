package roarmemu

import (
	"math"
	"strconv"
	"time"
)

const (
	// busTime is what reading four servos takes.
	busTime = 4 * time.Millisecond
	// flowPeriod is a turn of the firmware's loop with continuous feedback: busTime, and 130
	// bytes on the wire.
	flowPeriod = 16 * time.Millisecond
)

// feedback is T:105: the firmware reads the servos, and then tells.
func (a *Arm) feedback() {
	a.begin(&task{at: a.now + busTime, do: func() (time.Duration, bool) {
		a.send(a.state())
		return 0, true
	}})
}

func (a *Arm) flowing() bool { return a.info == infoFlow && a.task == nil && !a.faults.hang }

func (a *Arm) flow() {
	a.send(a.state())
	a.flowAt = a.now + flowPeriod
}

// state is the line of T:1051: mm and rad by the servos' encoders.
func (a *Arm) state() string {
	c := a.counts()
	for j := range c {
		c[j] = math.Round(c[j])
	}
	q := measured(c)
	p := q.reported()
	b := []byte(`{"T":1051`)
	for _, field := range []struct {
		name  string
		value float64
	}{
		{"x", p.X}, {"y", p.Y}, {"z", p.Z}, {"b", q[base]}, {"s", q[shoulder]}, {"e", q[elbow]}, {"t", q[hand]},
		{"torB", 0}, {"torS", 0}, {"torE", 0}, {"torH", 0},
	} {
		b = append(b, ',', '"')
		b = append(b, field.name...)
		b = append(b, '"', ':')
		b = strconv.AppendFloat(b, math.Round(field.value*1e9)/1e9+0, 'f', -1, 64)
	}
	return string(append(b, '}'))
}
