package marlinemu

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
	hang      bool          // takes bytes and throws them away, says nothing
	mute      bool          // does everything, says nothing
	homing    bool          // the next G28 fails
	errorNext string        // instead of carrying out the next command
	slow      time.Duration // by how much an ok is late
	replies   []time.Duration
}

// reply is the ok. Late ones keep their order among themselves, not with other lines.
func (b *Board) reply() {
	if b.faults.slow == 0 && len(b.faults.replies) == 0 {
		b.print("ok")
		return
	}
	b.faults.replies = append(b.faults.replies, b.now+b.faults.slow)
}

func (f *faults) nextReply() time.Duration {
	if len(f.replies) == 0 {
		return armtest.Never
	}
	return f.replies[0]
}

func (f *faults) takeReply() string {
	f.replies = f.replies[1:]
	return "ok"
}

// send puts text on the wire, if the board speaks.
func (b *Board) send(text string) {
	if !b.faults.hang && !b.faults.mute {
		b.out = append(b.out, text...)
	}
}

// Fault carries out a command to the board at now.
func (b *Board) Fault(now time.Duration, command string) error {
	b.Advance(now)
	name, arg, _ := strings.Cut(command, " ")
	f, ok := boardFaults[name]
	n, err := strconv.Atoi(arg)
	switch {
	case !ok:
		return fmt.Errorf("command %q: unknown", command)
	case f.number && (err != nil || n < 0):
		return fmt.Errorf("command %q: want a number", command)
	}
	f.do(b, n, arg)
	b.run()
	return nil
}

// boardFaults are the commands that the board itself takes.
var boardFaults = map[string]struct {
	number bool
	do     func(b *Board, n int, arg string)
}{
	"hang":   {false, func(b *Board, _ int, _ string) { b.faults.hang = true }},
	"mute":   {false, func(b *Board, _ int, _ string) { b.faults.mute = true }},
	"resume": {false, func(b *Board, _ int, _ string) { b.faults.hang, b.faults.mute = false, false }},
	"slow-ok": {true, func(b *Board, n int, _ string) {
		b.faults.slow = time.Duration(n) * time.Millisecond
	}},
	"error-next": {false, func(b *Board, _ int, arg string) {
		if b.faults.errorNext = arg; arg == "" {
			b.faults.errorNext = "refused"
		}
	}},
	"garbage":       {true, func(b *Board, n int, _ string) { b.garbage(n) }},
	"kill":          {false, func(b *Board, _ int, _ string) { b.killBy() }},
	"homing-failed": {false, func(b *Board, _ int, _ string) { b.faults.homing = true }},
	"inches":        {false, func(b *Board, _ int, _ string) { b.gcode.inches = b.cfg.Inches }},
	"reboot":        {false, func(b *Board, _ int, _ string) { b.reboot() }},
}

// killBy is what a thermal protection does.
func (b *Board) killBy() {
	if !b.killed && !b.booting() {
		b.kill()
	}
}

// garbage sends n bytes of noise, the same ones every time.
func (b *Board) garbage(n int) {
	noise := rand.New(rand.NewPCG(1, 2))
	for range n {
		b.send(string([]byte{byte(noise.Uint32())}))
	}
}
