package armtest

// grblState is the machine's state.
type grblState uint8

const (
	grblIdle grblState = iota
	grblAlarm
	grblHoming
	grblCycle
	grblHold
	grblJog
)

// grblSuspend says why the main program does nothing but real-time work.
type grblSuspend struct {
	holdComplete bool // stands, waits for ~
	jogCancel    bool // brakes, and forgets the jogs when it stands
}

func (s grblSuspend) any() bool { return s != grblSuspend{} }

// stateName is the state as ? reports it.
func (c *grblController) stateName() string {
	if c.state == grblHold {
		if c.suspend.holdComplete {
			return "Hold:0"
		}
		return "Hold:1"
	}
	return [...]string{"Idle", "Alarm", "Home", "Run", "", "Jog"}[c.state]
}

// showState logs the state if it is another than before.
func (c *grblController) showState() {
	if name := c.stateName(); name != c.shownState {
		c.shownState = name
		c.log(GrblState, name, 0)
	}
}
