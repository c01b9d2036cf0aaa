package uarmemu

import (
	"math"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/safety"
)

const (
	plannerBlocks = 15                      // BLOCK_BUFFER_SIZE 16, one of which stays free
	stepTime      = time.Millisecond        // of the simulation
	jerk          = 5.0                     // units/s, the change of velocity that a corner may have (MODE_NORMAL_MAX_XY_JERX)
	creep         = 0.5                     // units/s, with which the rounding of the last way is made up for
	arrived       = 1e-9                    // units
	dt            = float64(stepTime) / 1e9 // s
)

// block is one piece of motion: a way, not a place, for the motors count steps. Its units are
// mm, or degrees of the joints.
type block struct {
	tool   safety.Point // mm that the tool goes in a unit
	dir    safety.Point // unit vector
	length float64      // units, what is left of it
	feed   float64      // units/s
}

func newBlock(tool, planned safety.Point, feed float64) block {
	length := planned.Norm()
	return block{tool: tool.Scale(1 / length), dir: planned.Scale(1 / length), length: length, feed: feed}
}

// planner holds the motion that the motors will make. The last block ends at rest.
type planner struct{ blocks []block }

// permitted returns the fastest speed in units/s from which every corner and the end of what
// is known can be braked for.
func (p *planner) permitted(accel float64) float64 {
	speed, way := p.blocks[0].feed, 0.0
	for i, b := range p.blocks {
		way += b.length
		end := 0.0
		if i+1 < len(p.blocks) {
			end = min(corner(b.dir, p.blocks[i+1].dir), p.blocks[i+1].feed)
		}
		speed = min(speed, math.Sqrt(end*end+2*accel*way))
	}
	return speed
}

// corner returns the speed at which one direction can change into another.
func corner(a, b safety.Point) float64 {
	if turn := b.Sub(a).Norm(); turn > 1e-6 {
		return jerk / turn
	}
	return math.Inf(1)
}

// motor is where the arm is.
type motor struct {
	at     safety.Point // mm, truly
	speed  float64      // units/s, of the steps
	unit   float64      // mm of a unit, in the block that was last in work
	on     bool         // M17
	stepAt time.Duration
}

// wake starts the motors, if there is motion and they stand.
func (a *Arm) wake() {
	if a.moving || len(a.planner.blocks) == 0 {
		return
	}
	a.moving = true
	a.motor.stepAt = a.now + stepTime
	a.sampleAt = a.now + armtest.SamplePeriod
	a.log(armtest.EvStart, "", 0)
}

// step moves the arm for one millisecond.
func (a *Arm) step() {
	a.motor.stepAt += stepTime
	accel := a.cfg.Accel
	speed := max(min(a.motor.speed+accel*dt, a.planner.permitted(accel)), creep)
	a.motor.speed = speed
	for way := speed * dt; way > arrived && len(a.planner.blocks) > 0; {
		b := &a.planner.blocks[0]
		piece := min(way, b.length)
		if a.driven() {
			a.motor.at = a.motor.at.Add(b.tool.Scale(piece))
		}
		a.motor.unit = b.tool.Norm()
		way -= piece
		if b.length -= piece; b.length <= arrived {
			a.planner.blocks = a.planner.blocks[1:]
		}
	}
	if len(a.planner.blocks) == 0 {
		a.feedPlanner()
	}
	if len(a.planner.blocks) == 0 {
		a.rest("")
	}
}

func (a *Arm) rest(how string) {
	a.moving, a.motor.speed = false, 0
	a.log(armtest.EvRest, how, 0)
	a.reportStandstill()
}

// stopDead drops all motion without a ramp.
func (a *Arm) stopDead(how string) {
	a.planner.blocks, a.program.segments = nil, nil
	if a.moving {
		a.rest(how)
	}
}
