package drivertest

import (
	"context"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// opens: Open says where the arm is and moves nothing, the second time as well.
func opens(b *bench, _ journey) {
	for range 2 {
		b.openStill()
		b.wantRest("after Open")
		b.wantNoAlarm(0)
		if err := b.driver.Close(); err != nil {
			b.errorf("Close: %v", err)
		}
		b.opened = false
	}
}

// wantRest serves the driver for a while, and checks that it lets the arm where it is.
func (b *bench) wantRest(what string) {
	at, since, frames := b.truth(), b.now(), b.tap.written()
	b.serve(2 * time.Second)
	b.wantLink()
	b.wantStill(what, at, since)
	b.wantNoMotion(what, frames)
}

// reopens: a driver that was closed in the middle of a motion, and is opened again, knows
// where the arm is and goes on with nothing.
func reopens(b *bench, j journey) {
	b.start()
	b.travel(j)
	b.mu.Lock()
	b.linkDown(nil)
	b.mu.Unlock()
	if err := b.driver.Close(); err != nil {
		b.errorf("Close: %v", err)
	}
	b.opened = false
	if j.again == 0 { // at once, while the arm still moves
		b.open()
		b.serve(b.caps.Horizon)
	} else {
		b.serve(b.caps.Horizon)
		b.openStill()
	}
	b.goesOn()
}

// openStill opens an arm at rest, and checks that it stays there.
func (b *bench) openStill() {
	frames, at, since := b.tap.written(), b.truth(), b.now()
	b.open()
	if !b.caps.MovesOnOpen {
		b.wantStill("while opening", at, since)
		b.wantNoMotion("while opening", frames)
	}
}

// goesOn checks that an arm that was opened stays where it is until it is told otherwise, and
// is no worse for what was before.
func (b *bench) goesOn() {
	b.wantRest("opened again")
	b.reset()
	b.wantRest("after a reset")
	b.onward()
}

// opensSilence: a controller that says nothing makes Open fail, in time or with its context,
// and nothing stays open.
func opensSilence(b *bench, _ journey) {
	for name, limit := range map[string]time.Duration{"": time.Hour, " with a context that ends": 300 * time.Millisecond} {
		b.board.Command("mute")
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		began := b.now()
		_, err := b.driver.Open(ctx, b)
		cancel()
		if err == nil {
			b.errorf("Open of a silent controller%s works", name)
			_ = b.driver.Close()
		}
		if took := b.now() - began; took > min(openTime, limit+time.Second) {
			b.errorf("Open of a silent controller%s took %v", name, took)
		}
		port, err := b.board.Open()
		if err != nil {
			b.fatalf("Open of a silent controller%s left the port open: %v", name, err)
		}
		_ = port.Close()
		b.wantNoMotion("while opening a silent controller", 0)
		b.board.Command("resume")
		b.settleBoard()
	}
	b.start()
	b.onward()
}

// settleBoard lets a controller do what it was told while nobody listened.
func (b *bench) settleBoard() { b.serve(3 * time.Second) }

// closed: what is not open fails, and does not panic.
func closed(b *bench, _ journey) {
	sp := safety.Setpoint{Position: b.rig.corner(0.5, 0.5, 0.5), Speed: 10}
	calls := map[string]func(safety.Instant) error{
		"Move":    func(now safety.Instant) error { return b.driver.Move(now, sp) },
		"Grip":    func(now safety.Instant) error { return b.driver.Grip(now, safety.GripperOpen) },
		"Stop":    b.driver.Stop,
		"Rearm":   b.driver.Rearm,
		"Relax":   b.driver.Relax,
		"Service": func(now safety.Instant) error { _, err := b.driver.Service(now); return err },
	}
	fails := func(when string) {
		b.checkPart(b.driver.Accepts(b.now(), sp))
		for name, call := range calls {
			if call(b.now()) == nil {
				b.errorf("%s: %s returns no error", when, name)
			}
		}
		if err := b.driver.Close(); err != nil {
			b.errorf("%s: Close: %v", when, err)
		}
	}
	fails("before Open")
	b.start()
	b.unfinite(sp)
	b.wantRest("after setpoints that are none")
	b.opened = false
	if err := b.driver.Close(); err != nil {
		b.errorf("Close: %v", err)
	}
	fails("after Close")
}
