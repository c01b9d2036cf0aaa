package grblemu

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

// faults are the faults of the board. Those of the line are the wire's.
type faults struct {
	errorNext status
	hang      bool // takes bytes and throws them away, says nothing
	mute      bool // does everything, says nothing
	jogRace   bool
	slow      time.Duration // by how much answers to lines are late
	replies   []lateReply
}

type lateReply struct {
	due  time.Duration
	text string
}

// reply answers a line. Late answers keep their order among themselves, not
// with what the board says unasked.
func (c *Board) reply(s status) {
	if c.faults.slow == 0 && len(c.faults.replies) == 0 {
		c.print(s.String())
		return
	}
	c.faults.replies = append(c.faults.replies, lateReply{c.now + c.faults.slow, s.String()})
}

func (f *faults) nextReply() time.Duration {
	if len(f.replies) == 0 {
		return armtest.Never
	}
	return f.replies[0].due
}

func (f *faults) takeReply() string {
	text := f.replies[0].text
	f.replies = f.replies[1:]
	return text
}

// send puts text on the wire, if the board speaks.
func (c *Board) send(text string) {
	if !c.faults.hang && !c.faults.mute {
		c.out = append(c.out, text...)
	}
}

// Fault carries out a command to the board at now.
func (c *Board) Fault(now time.Duration, command string) error {
	c.Advance(now)
	name, arg, _ := strings.Cut(command, " ")
	f, ok := boardFaults[name]
	n, err := strconv.Atoi(arg)
	switch {
	case !ok:
		return fmt.Errorf("command %q: unknown", command)
	case f.number && (err != nil || n < 0):
		return fmt.Errorf("command %q: want a number", command)
	}
	f.do(c, n)
	c.run()
	return nil
}

// boardFaults are the commands that the board itself takes.
var boardFaults = map[string]struct {
	number bool
	do     func(c *Board, n int)
}{
	"error-next": {true, func(c *Board, n int) { c.faults.errorNext = status(n) }},
	"alarm":      {true, (*Board).injectAlarm},
	"garbage":    {true, (*Board).garbage},
	"slow-ok":    {true, func(c *Board, n int) { c.faults.slow = time.Duration(n) * time.Millisecond }},
	"hang":       {false, func(c *Board, _ int) { c.faults.hang = true }},
	"mute":       {false, func(c *Board, _ int) { c.faults.mute = true }},
	"resume":     {false, func(c *Board, _ int) { c.faults.hang, c.faults.mute = false, false }},
	"jog-race":   {false, func(c *Board, _ int) { c.faults.jogRace = true }},
	"reboot":     {false, func(c *Board, _ int) { c.reboot() }},
}

// injectAlarm raises an alarm as the hardware would: the motors stop at once,
// and all but the limits' alarms go with a reset.
func (c *Board) injectAlarm(n int) {
	c.kill()
	c.stopOutputs()
	c.alarm = n
	c.flags |= flagReset
}

// garbage sends n bytes of noise, the same ones every time.
func (c *Board) garbage(n int) {
	noise := rand.New(rand.NewPCG(1, 2))
	for range n {
		c.send(string([]byte{byte(noise.Uint32())}))
	}
}

// reboot is a brown-out: the motors stop, the board starts anew, and takes the
// place where it stands for zero.
func (c *Board) reboot() {
	c.kill()
	c.stopOutputs()
	c.origin = c.origin.plus(c.stepper.at)
	c.stepper.at = axes{}
	c.idleAt, c.busyUntil, c.then = armtest.Never, c.now, nil
	c.state = stateIdle
	if c.cfg.Locked || c.set.homing() {
		c.state = stateAlarm
	}
	c.initialize()
}
