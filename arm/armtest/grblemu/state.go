package grblemu

import "github.com/aether-arm/aetherd/arm/armtest"

// state is the machine's state.
type state uint8

const (
	stateIdle state = iota
	stateAlarm
	stateHoming
	stateCycle
	stateHold
	stateJog
)

// suspend says why the main program does nothing but real-time work.
type suspend struct {
	holdComplete bool // stands, waits for ~
	jogCancel    bool // brakes, and forgets the jogs when it stands
}

func (s suspend) any() bool { return s != suspend{} }

// stateName is the state as ? reports it.
func (c *Board) stateName() string {
	if c.state == stateHold {
		if c.suspend.holdComplete {
			return "Hold:0"
		}
		return "Hold:1"
	}
	return [...]string{"Idle", "Alarm", "Home", "Run", "", "Jog"}[c.state]
}

// showState logs the state if it is another than before.
func (c *Board) showState() {
	if name := c.stateName(); name != c.shownState {
		c.shownState = name
		c.log(armtest.EvState, name, 0)
	}
}
