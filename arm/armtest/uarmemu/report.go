package uarmemu

import (
	"fmt"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

const noPower = "No Power Connected!\r\n"

// shortestPeriod bounds how often the position is reported: once in a turn of the
// firmware's idle loop.
const shortestPeriod = time.Millisecond

// reports are what the firmware says unasked.
type reports struct {
	greeted    bool          // the start-up is over
	every      time.Duration // between two positions; 0: none
	due        time.Duration
	standstill bool // tell the end of a motion
	power      bool // what was told last
}

// stream sets the period of the position in s, 0 ends it.
func (r *reports) stream(now time.Duration, seconds float64) {
	r.every = 0
	if seconds > 0 {
		r.every = max(time.Duration(min(seconds, 3600)*float64(time.Second)), shortestPeriod)
		r.due = now + r.every
	}
}

func (a *Arm) reportPosition() {
	r := &a.reports
	if r.every == 0 || r.due > a.now {
		return
	}
	r.due = a.now + r.every
	if !a.power {
		a.send(noPower)
		return
	}
	p := measured(a.motor.at)
	a.send(fmt.Sprintf("@3 X%.2f Y%.2f Z%.2f R90.00\r\n", p.X, p.Y, p.Z))
}

func (a *Arm) reportStandstill() {
	if a.reports.standstill {
		a.send("@9 V0\r\n")
	}
}

func (a *Arm) reportPower() {
	if a.power != a.reports.power {
		a.reports.power = a.power
		a.send(fmt.Sprintf("@5 V%d\r\n", bit(a.power)))
	}
}

// send puts text on the wire, if the controller speaks.
func (a *Arm) send(text string) {
	if a.faults.hang || a.faults.mute {
		return
	}
	a.out = append(a.out, text...)
	for line := range strings.Lines(text) {
		a.log(armtest.EvSent, strings.TrimRight(line, "\r\n"), 0)
	}
}
