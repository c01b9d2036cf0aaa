package roarm

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/roarmemu"
	"github.com/aether-arm/aetherd/safety"
)

// relaxed opens the gripper of an arm, stops it, and relaxes it until it lies.
func relaxed(t *testing.T, m *armtest.Memory) *writer {
	t.Helper()
	w, _ := newWriter(t, testConfig(), opener(m))
	if err := w.driver.Grip(w.now(), safety.GripperOpen); err != nil {
		t.Fatal(err)
	}
	w.until(w.now() + 3*time.Second)
	w.brake()
	w.settle()
	if err := w.driver.Relax(w.now()); err != nil {
		t.Fatal(err)
	}
	w.due = 0
	w.until(w.now() + 3*time.Second)
	w.said.take()
	return w
}

// gripper returns the goals in counts that the gripper got since from.
func gripper(m *armtest.Memory, from int) (goals []int) {
	for _, e := range m.Events()[from:] {
		if e.Ev == armtest.EvOutput && e.Text == "gripper" {
			goals = append(goals, e.N)
		}
	}
	return goals
}

// closedCounts is 3.14 rad.
const closedCounts = 2047

// A grip that is ordered while a relaxed arm is being held again is carried out after that, once.
func TestGripsAfterARearm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{})
		w := relaxed(t, m)
		from := len(m.Events())
		if err := w.driver.Rearm(w.now()); err != nil {
			t.Fatal(err)
		}
		if err := w.driver.Grip(w.now(), safety.GripperClosed); err != nil {
			t.Fatal(err)
		}
		w.due = 0
		w.until(w.now() + 3*time.Second)
		if heard := w.said.take(); !slices.Contains(heard, "gripped closed") {
			t.Errorf("heard %v", heard)
		}
		if goals := gripper(m, from); len(goals) == 0 || goals[len(goals)-1] != closedCounts {
			t.Errorf("the gripper was sent to %v", goals)
		}
		if sent := lines(m, from, "106"); len(sent) != 1 {
			t.Errorf("sent %v", sent)
		}
	})
}

// A stop drops a grip that waits for that.
func TestStopDropsAGripThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{})
		w := relaxed(t, m)
		from := len(m.Events())
		_ = w.driver.Rearm(w.now())
		_ = w.driver.Grip(w.now(), safety.GripperClosed)
		_ = w.driver.Stop(w.now())
		w.due = 0
		w.until(w.now() + 3*time.Second)
		w.rearm()
		w.until(w.now() + 3*time.Second)
		if sent := lines(m, from, "106"); len(sent) > 0 {
			t.Errorf("sent %v", sent)
		}
	})
}

// An arm may be limp when it is opened, whatever it was before. So nothing moves it before it is
// held where it then is, with its gripper as it then is.
func TestOpensALimpArm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := emulated(t, roarmemu.Config{})
		_ = relaxed(t, m).driver.Close()
		w, opened := openWriter(t, testConfig(), opener(m))
		sp := safety.Setpoint{From: opened.Position, Position: opened.Position.Add(safety.Point{Z: 1}), Speed: 10}
		if part := w.driver.Accepts(w.now(), sp); part != 0 {
			t.Errorf("takes %v of a setpoint before it is held", part)
		}
		from := len(m.Events())
		w.rearm()
		if off := m.Last().Position().Sub(opened.Position).Norm(); off > rounding {
			t.Errorf("jumped by %.1f mm", off)
		}
		if sent := lines(m, from, "1041"); len(sent) != 1 || !strings.HasSuffix(sent[0], `"t":1.569}`) {
			t.Errorf("sent %v", sent)
		}
		if !slices.ContainsFunc(m.Events()[from:], armtest.Is(armtest.EvState)) {
			t.Error("the torque was not switched on")
		}
		for range 30 {
			w.tick(safety.Point{Z: opened.MaxSpeed})
		}
		if up := m.Last().Z - opened.Position.Z; up < 5 {
			t.Errorf("moved up by %.1f mm: %v", up, w.said.take())
		}
	})
}
