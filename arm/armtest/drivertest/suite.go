package drivertest

import (
	"errors"
	"fmt"
	"runtime/debug"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/safety"
)

// check is one thing that every driver does. A random one is tried on many journeys.
type check struct {
	name    string
	random  bool
	sagging bool // with Rig.Sagging
	applies func(Rig, arm.Capabilities) bool
	run     func(*bench, journey)
}

var checks = []check{
	{name: "opens", applies: always, run: opens},
	{name: "follows", applies: always, run: follows},
	{name: "turns", applies: always, run: turns},
	{name: "stops", random: true, applies: always, run: stops},
	{name: "horizon", random: true, applies: promises, run: restsInTime},
	{name: "reopens", random: true, applies: always, run: reopens},
	{name: "unplug", random: true, applies: onWire, run: unplug},
	{name: "mute", applies: onWire, run: silent("mute", true)},
	{name: "mute at rest", applies: onWire, run: silent("mute", false)},
	{name: "hang", applies: onWire, run: silent("hang", true)},
	{name: "hang at rest", applies: onWire, run: silent("hang", false)},
	{name: "stall", applies: onWire, run: silent("stall-read", true)},
	{name: "silent open", applies: onWire, run: opensSilence},
	{name: "garbage", applies: onWire, run: garbage},
	{name: "unreachable", applies: knowsReach, run: unreachable},
	{name: "grip", applies: grips, run: grip},
	{name: "relax", applies: always, run: relax},
	{name: "takes hold", sagging: true, applies: sags, run: takesHold},
	{name: "closed", applies: always, run: closed},
}

func always(Rig, arm.Capabilities) bool         { return true }
func promises(_ Rig, c arm.Capabilities) bool   { return c.Horizon > 0 }
func onWire(r Rig, _ arm.Capabilities) bool     { return r.Machine != nil }
func knowsReach(r Rig, _ arm.Capabilities) bool { return r.Unreachable != nil }
func sags(r Rig, _ arm.Capabilities) bool       { return r.Sagging != nil }
func grips(_ Rig, c arm.Capabilities) bool      { return c.Gripper != safety.NoGripper }

// Run runs the suite. In short mode rapid tries fewer journeys.
func Run(t *testing.T, rig Rig) {
	caps := rig.Driver(nil).Capabilities()
	for _, c := range append(checks, rig.refusals()...) {
		if !c.applies(rig, caps) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			if !c.random {
				if err := c.try(t, rig, rig.plain()); err != nil {
					t.Error(err)
				}
				return
			}
			moved := false
			rapid.Check(t, func(rt *rapid.T) {
				j := rig.draw(rt)
				if err := c.tryMoving(t, rig, j, &moved); err != nil {
					rt.Error(err)
				}
			})
			if !moved {
				t.Error("in no trial did the arm move at the moment that counts")
			}
		})
	}
}

// refusals are the checks of what the rig's controller refuses.
func (r Rig) refusals() (all []check) {
	for _, refused := range r.Refusals {
		all = append(all, check{name: "refusal, " + refused.Fault, applies: onWire, run: refusal(refused)})
	}
	return all
}

// try runs c once, in a bubble of its own, and returns what is wrong.
func (c check) try(t *testing.T, rig Rig, j journey) error {
	return c.tryMoving(t, rig, j, new(bool))
}

// tryMoving is try that sets moved if the arm moved at the moment of j.
func (c check) tryMoving(t *testing.T, rig Rig, j journey, moved *bool) (err error) {
	t.Helper()
	if c.sagging {
		rig.Machine = rig.Sagging
	}
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, rig)
		err = b.attempt(func() {
			b.checkNames()
			c.run(b, j)
		})
		*moved = *moved || b.moved
	})
	return err
}

// over ends a trial that cannot go on.
type over struct{}

// attempt runs f, closes the driver, and returns what is wrong.
func (b *bench) attempt(f func()) error {
	b.guarded(f)
	b.guarded(b.done)
	return errors.Join(b.problems...)
}

// guarded makes a panic of the driver a problem of the trial.
func (b *bench) guarded(f func()) {
	defer func() {
		switch p := recover().(type) {
		case nil, over:
		default:
			b.problems = append(b.problems, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	f()
}

// errorf notes what is wrong.
func (b *bench) errorf(format string, args ...any) {
	b.problems = append(b.problems, fmt.Errorf("at %v: "+format, append([]any{b.now()}, args...)...))
}

// fatalf is errorf that ends the trial.
func (b *bench) fatalf(format string, args ...any) {
	b.errorf(format, args...)
	panic(over{})
}
