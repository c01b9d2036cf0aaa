package uarmemu

import (
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// gripTime is how long the jaws take, or the pump to hold something.
const gripTime = 500 * time.Millisecond

// tools are the gripper and the pump.
type tools struct {
	gripper, pump tool
	object        bool // there is something to hold
}

type tool struct {
	on    bool
	since time.Duration
}

// setTool switches a tool.
func (a *Arm) setTool(t *tool, name string, on bool) {
	if t.on == on {
		return
	}
	*t = tool{on: on, since: a.now}
	a.log(armtest.EvOutput, name, bit(on))
}

// toolStatus is 0 for one that is off, 1 for one that works, 2 for one that holds something.
func (a *Arm) toolStatus(t tool) int {
	switch {
	case !t.on:
		return 0
	case a.tools.object && a.now-t.since >= gripTime:
		return 2
	}
	return 1
}
