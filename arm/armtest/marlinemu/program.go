package marlinemu

import (
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
)

const (
	// lineTime is how long a line keeps the main program before it takes effect: our
	// estimate for parsing and planning on an ATmega2560 at 16 MHz.
	lineTime = 2 * time.Millisecond
	// busyEvery is between two echo:busy (DEFAULT_KEEPALIVE_INTERVAL).
	busyEvery = 2 * time.Second
)

// run plays the main program until it waits for something.
func (b *Board) run() {
	for b.step() {
	}
}

// step does one thing of the main program's loop, and reports false when it has to wait.
func (b *Board) step() bool {
	if b.killed || b.booting() {
		return false
	}
	if b.working && len(b.job) == 0 {
		if b.now < b.takes {
			return false
		}
		b.execute()
		return true
	}
	return b.idle() || b.next()
}

// idle is what Marlin does while it waits: it reads lines, carries out what the emergency
// parser saw, and says that it is busy.
func (b *Board) idle() bool {
	switch {
	case b.readLines():
		return true
	case b.emergency.kill:
		b.kill()
		return true
	case b.emergency.stop:
		b.emergency.stop = false
		b.quickStop()
		return true
	case b.cleaning > 0 && b.now >= b.cleaning:
		b.cleaned()
		return true
	case b.working && b.now >= b.busyAt:
		b.print("echo:busy: processing")
		b.busyAt = b.now + busyEvery
		return true
	}
	return false
}

// next goes on with the job, or begins the next command. During a quick stop nothing does.
func (b *Board) next() bool {
	switch {
	case b.cleaning > 0:
		return false
	case b.working:
		return b.work()
	case len(b.queue) == 0:
		return false
	}
	b.working, b.takes, b.busyAt = true, b.now+lineTime, b.now+busyEvery
	return true
}

// execute carries the first command of the queue out: at once, or as a job that waits.
func (b *Board) execute() {
	text := b.queue[0]
	if i := strings.IndexByte(text, '*'); i >= 0 {
		text = text[:i]
	}
	if fault := b.faults.errorNext; fault != "" {
		b.faults.errorNext = ""
		b.print("Error:" + fault)
	} else {
		b.command(parseCommand(text))
	}
	if !b.killed && len(b.job) == 0 {
		b.finish()
	}
}

// work does the next part of the job, and reports whether it got anywhere.
func (b *Board) work() bool {
	if !b.job[0]() {
		return false
	}
	if b.killed {
		return true
	}
	if b.job = b.job[1:]; len(b.job) == 0 {
		b.finish()
	}
	return true
}

// finish answers the command.
func (b *Board) finish() {
	b.queue, b.working = b.queue[1:], false
	b.reply()
}

// wait appends to the job.
func (b *Board) wait(until ...func() bool) { b.job = append(b.job, until...) }

// synchronized reports whether all motion is finished.
func (b *Board) synchronized() bool { return b.planner.empty() && b.cleaning == 0 }

// print writes a line.
func (b *Board) print(line string) {
	b.send(line + "\n")
	if !b.faults.hang && !b.faults.mute {
		b.log(armtest.EvSent, line, 0)
	}
}
