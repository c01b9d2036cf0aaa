package uarm

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm/armtest/drivertest"
	"github.com/aether-arm/aetherd/safety"
)

// machine carries out blocks one after the other: it stops at every corner, and brakes for the
// end of what it has.
type machine struct {
	pos    safety.Point
	blocks []block
	gone   float64 // mm along the first block
	speed  float64 // mm/s
	slow   float64 // how much slower than asked it is; 1: as asked
}

const machineStep = time.Millisecond

// step plays a millisecond, and reports whether something is left to do.
func (m *machine) step() bool {
	const accel = 500.0
	for len(m.blocks) > 0 && m.gone >= m.blocks[0].length-nothing {
		m.pos, m.gone = m.blocks[0].to, 0
		m.blocks = m.blocks[1:]
	}
	if len(m.blocks) == 0 {
		m.speed = 0
		return false
	}
	dt := machineStep.Seconds() * m.slow
	most, way := m.blocks[0].feed, -m.gone
	for i, b := range m.blocks {
		way += b.length
		end := 0.0
		if i+1 < len(m.blocks) {
			if next := m.blocks[i+1]; next.dir.Scale(next.feed).Sub(b.dir.Scale(b.feed)).Norm() <= jerk {
				end = min(b.feed, next.feed)
			}
		}
		most = min(most, math.Sqrt(end*end+2*accel*max(way, 0)))
		if end == 0 {
			break
		}
	}
	m.speed = max(min(m.speed+accel*dt, most), 0.5)
	b := m.blocks[0]
	piece := min(m.speed*dt, b.length-m.gone)
	m.gone += piece
	m.pos = m.pos.Add(b.dir.Scale(piece))
	return true
}

// rests returns how long the machine goes on with what it has.
func (m machine) rests() (t time.Duration) {
	m.blocks = m.blocks[:len(m.blocks):len(m.blocks)]
	for m.step() {
		t += machineStep
	}
	return t
}

// Whatever way an arm goes, with turns on its line, rests and steps of any size, and however
// its encoders err, it rests within the horizon if nothing more is sent, and comes to its end. A
// slow one overruns it by what it is slower, and by what it falls behind until that shows.
func TestMeasuredMotionKeepsTheHorizon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := testConfig()
		cfg.Horizon = time.Duration(rapid.SampledFrom([]int{220, 300, 400, 500}).Draw(t, "horizon")) * time.Millisecond
		noise := rapid.SampledFrom([]float64{0, 0.1, 0.3}).Draw(t, "noise")
		offset := safety.Point{Y: rapid.Float64Range(-0.6, 0.6).Draw(t, "off the way")}
		lost := rapid.IntRange(0, 3).Draw(t, "of ten reports are lost")
		random := rand.New(rand.NewPCG(1, 2))
		m := machine{slow: rapid.SampledFrom([]float64{1, 0.9, 0.7}).Draw(t, "pace")}
		c := newCommitted(cfg)

		course, end := drivertest.DrawCourse(t, cfg.maxSpeed())
		tick, accel := cfg.Tick.Seconds(), 1000.0
		var at, velocity safety.Point
		moving, still := true, 0
		var late []safety.Point // reports under way
		allowed := cfg.Horizon
		if m.slow < 1 { // a millimetre late is not seen, which at a low speed is a long time
			allowed = time.Duration(2 * float64(cfg.Horizon) / m.slow)
		}
		for now := safety.Instant(0); now < end+10*time.Second; now += machineStep {
			moving = m.step()
			if now%movingReport == 0 && random.IntN(10) >= lost {
				err := func() float64 { return math.Round((random.Float64()*2-1)*noise*100) / 100 }
				late = append(late, m.pos.Add(offset).Add(safety.Point{X: err(), Y: err(), Z: err()}))
			}
			if now%movingReport == transit && len(late) > 0 {
				for _, p := range late {
					c.measured(now, p)
				}
				late = late[:0]
				if still++; moving {
					still = 0
				}
				if still > 3 {
					c.settle()
				}
			}
			if now%cfg.Tick != 0 {
				continue
			}
			change := course(now).Sub(velocity)
			if most := accel * tick; change.Norm() > most {
				change = change.Scale(most / change.Norm())
			}
			v := velocity.Add(change)
			if v.Norm() < 1e-9 {
				velocity = v
				continue
			}
			for part := 1.0; part > smallestPart; part /= 2 {
				step := v.Scale(tick * part)
				b := c.block(at.Add(step), feed(safety.Setpoint{Speed: v.Norm() * part}, step.Norm(), tick, cfg.Speed))
				if margin+c.takes(b) <= cfg.Horizon {
					c.add(now, b)
					m.blocks = append(m.blocks, b)
					at, velocity = b.to, v.Scale(part)
					still = 0
					if rests := m.rests(); rests > allowed {
						t.Fatalf("at %v the arm moves on for %v", now, rests)
					}
					break
				}
				if moving || len(c.blocks) > 0 {
					break
				}
			}
		}
		if off := m.pos.Sub(at).Norm(); off > 1e-6 || velocity != (safety.Point{}) {
			t.Fatalf("it rests %v mm before the end, and wants to go on with %v", off, velocity)
		}
	})
}
