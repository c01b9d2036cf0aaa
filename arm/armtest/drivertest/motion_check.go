package drivertest

import (
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// follows: the arm comes to every target, and near its setpoints on the way.
func follows(b *bench, _ journey) {
	b.start()
	for _, to := range []safety.Point{
		b.rig.corner(0.9, 0.8, 0.7),
		b.rig.corner(0.2, 0.7, 0.6),
		b.rig.corner(0.3, 0.1, 0.2),
		b.rig.corner(0.3, 0.12, 0.2), // a small step
	} {
		b.arrive(to)
	}
}

// turns: an arm that is turned round on its line again and again, before it is there, goes on.
func turns(b *bench, _ journey) {
	const legs, each, way = 12, 400 * time.Millisecond, 30 // mm
	b.start()
	here := b.rig.corner(0.5, 0.5, 0.5)
	there := b.rig.corner(0.6, 0.4, 0.5).Sub(here)
	there = here.Add(there.Scale(way / there.Norm()))
	b.arrive(here)
	heard, began := b.reports(), b.now()
	for i := range legs {
		b.order(safety.Order{Move: true, Target: []safety.Point{there, here}[i%2]})
		b.serve(each)
		b.wantLink()
	}
	// The slowest arm comes 5 mm far in each leg.
	if went := b.pathSince(began); went < legs*5/2 {
		b.errorf("%d times to and fro, the arm went %.1f mm", legs, went)
	}
	b.serve(patience(way))
	b.wantNoAlarm(heard)
	b.arrive(there)
}

// unreachable: a target that the arm cannot reach ends in an alarm with words.
func unreachable(b *bench, _ journey) {
	b.start()
	heard := b.reports()
	from := b.truth()
	b.order(safety.Order{Move: true, Target: *b.rig.Unreachable})
	if !b.until(patience(b.rig.Unreachable.Sub(from).Norm()), func() bool { return !b.opened || b.says(heard, is(alarm))() }) {
		b.fatalf("no alarm on the way to %v: the arm is at %v", *b.rig.Unreachable, b.truth())
	}
	b.wantLink()
	if !b.until(answer, b.says(b.stop.reports, is(stopped))) {
		b.fatalf("the stop after the alarm is not told to have come to anything")
	}
	b.wantWords(heard, " ")
	b.wantRest("after the alarm")
	b.reset()
	b.onward()
}

// grip: what the gripper is told is confirmed, at rest and on the way.
func grip(b *bench, _ journey) {
	b.start()
	all := []safety.Gripper{safety.GripperOpen, safety.GripperClosed, safety.GripperOpen}
	if b.caps.Gripper == safety.OpeningGripper {
		all = append(all, safety.GripperAt(35), safety.GripperAt(100), safety.GripperAt(1))
	}
	for _, g := range all {
		at, since := b.truth(), b.now()
		b.gripped(safety.Order{Gripper: g})
		b.wantStill("gripping", at, since)
	}
	to := b.rig.corner(0.6, 0.4, 0.5)
	b.gripped(safety.Order{Move: true, Target: to, Gripper: safety.GripperClosed})
	b.arrive(to)
}

// gripped gives an order and waits until the gripper has carried it out.
func (b *bench) gripped(o safety.Order) {
	heard := b.reports()
	b.order(o)
	carriedOut := b.says(heard, func(r report) bool { return r.kind == gripped && r.grip == o.Gripper })
	if !b.until(answer, func() bool { return carriedOut() || !b.opened }) {
		b.fatalf("%q is not told to be carried out", o.Gripper)
	}
	b.wantLink()
	b.serve(200 * time.Millisecond)
	if told := b.said(heard, is(gripped)); len(told) != 1 {
		b.errorf("%q is told to be carried out %d times", o.Gripper, len(told))
	}
	b.wantNoAlarm(heard)
}
