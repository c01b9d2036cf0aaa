package drivertest

import (
	"context"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// noticed is how long a driver may take to see that its controller is gone or silent: at
// rest it asks only now and then.
const noticed = 5 * time.Second

// unplug: a pulled cable is noticed, the arm comes to rest, and with the cable back nothing
// moves by itself.
func unplug(b *bench, j journey) {
	b.start()
	b.travel(j)
	pulled := b.now()
	b.fault("close")
	if !b.until(noticed, b.isLost) {
		b.fatalf("the pulled cable is not noticed")
	}
	b.wantRested(pulled)
	if _, err := b.driver.Open(context.Background(), b); err == nil {
		b.fatalf("Open works without a cable")
	}
	b.fault("replug")
	b.openStill()
	b.goesOn()
}

// wantRested waits until the arm is at rest, and checks that it was so within the horizon.
func (b *bench) wantRested(since safety.Instant) {
	b.serve(3 * time.Second)
	if b.caps.Horizon == 0 {
		return
	}
	if late := b.restedSince() - since; late > b.caps.Horizon {
		b.errorf("at rest %v later, the horizon is %v", late, b.caps.Horizon)
	}
}

// silent: a controller that does not answer is a lost link, and the arm comes to rest. When
// the controller is back nothing moves, but for what it finds in the line where nobody could
// take it back: no more than was committed.
func silent(fault string, moving bool) func(*bench, journey) {
	return func(b *bench, j journey) {
		b.start()
		if moving {
			b.travel(j)
		} else {
			b.serve(time.Second)
		}
		b.fault(fault)
		if !b.until(noticed, b.isLost) {
			b.fatalf("silence is not noticed")
		}
		b.serve(3 * time.Second)
		at, since := b.truth(), b.now()
		b.fault("resume")
		b.serve(3 * time.Second)
		if fault == "stall-read" {
			b.wantWithin("when the controller reads again", at, since, b.committed())
		} else {
			b.wantStill("when the controller answers again", at, since)
		}
		b.openStill()
		b.goesOn()
	}
}

// committed is the most motion in mm that is sent and not done.
func (b *bench) committed() float64 { return b.rig.limits().Speed * b.caps.Horizon.Seconds() }

// garbage: noise on the line, in motion and at rest, changes nothing.
func garbage(b *bench, j journey) {
	b.start()
	b.serve(time.Second)
	at, since, frames, heard := b.truth(), b.now(), b.tap.written(), b.reports()
	b.fault("garbage 3000")
	b.serve(2 * time.Second)
	b.wantLink()
	b.wantStill("in noise", at, since)
	b.wantNoMotion("in noise", frames)
	for _, r := range b.said(heard, is(measured)) {
		if r.position.Sub(at).Norm() > b.rig.Tolerance {
			b.errorf("in noise: it is said to be at %v, it is at %v", r.position, at)
			break
		}
	}
	b.wantTruth()

	b.travel(j)
	b.fault("garbage 3000")
	b.arrive(j.legs[len(j.legs)-1].to)
	b.wantNoAlarm(heard)
	b.onward()
}

// refusal: what the controller refuses is told in words, and stops the arm.
func refusal(r Refusal) func(*bench, journey) {
	return func(b *bench, j journey) {
		b.start()
		b.travel(j)
		heard := b.reports()
		b.fault(r.Fault)
		if !b.until(noticed, func() bool { return !b.opened || b.says(heard, is(alarm))() }) {
			b.fatalf("no alarm")
		}
		b.wantLink()
		b.wantWords(heard, r.Words)
		if !b.until(answer, b.says(b.stop.reports, is(stopped))) {
			b.fatalf("the stop after the alarm is not told to have come to anything")
		}
		b.wantRest("after the alarm")
		if r.Locked {
			return
		}
		b.reset()
		b.onward()
	}
}

// wantWords checks the one alarm that was told since.
func (b *bench) wantWords(from int, words string) {
	b.serve(100 * time.Millisecond)
	told := b.said(from, is(alarm))
	if len(told) == 0 || !strings.Contains(told[0].text, words) {
		b.errorf("the alarms are %+v, want %q in the first", told, words)
	}
}

// fault plays a fault of the machine or of its line.
func (b *bench) fault(command string) {
	if command == "replug" {
		b.unplugged = false
	}
	b.board.Command(command)
	if command == "close" {
		b.unplugged = true
	}
}
