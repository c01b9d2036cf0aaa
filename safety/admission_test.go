package safety

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A hand that does not move sends the arm where it stands, thirty times a second. That is done at
// once, the gripper's part when it is, and nothing of it is due.
func TestOrderToWhereTheArmStands(t *testing.T) {
	cfg := testConfig()
	g, err := New(0, cfg)
	if err != nil {
		t.Fatal(err)
	}
	here := Point{X: 200, Z: 150}
	g.LinkUp(here, 0)
	s := g.Connect(0, "laptop", Operator)
	events := func() (tags []string) {
		for _, e := range g.Events() {
			if e.Kind == Done {
				tags = append(tags, e.Tag)
			}
		}
		return tags
	}
	order := Order{Move: true, Target: here, Notify: true, Tag: "move"}
	if v := g.Admit(0, s, order); !v.OK() {
		t.Fatal(v)
	}
	if next := g.Next(); next != cfg.Lease {
		t.Errorf("something is due at %v; the lease ends at %v", next, cfg.Lease)
	}
	if diff := cmp.Diff([]string{"move"}, events()); diff != "" {
		t.Errorf("done (-want +got)\n%s", diff)
	}
	order.Gripper, order.Tag = GripperOpen, "both"
	if v := g.Admit(0, s, order); !v.OK() {
		t.Fatal(v)
	}
	if tags := events(); tags != nil {
		t.Errorf("%v are done; the gripper was not told", tags)
	}
	if step := g.Tick(0, func(Setpoint) float64 { return 1 }); step.Kind != StepGrip {
		t.Fatalf("the step is %+v", step)
	}
	g.Gripped(GripperOpen)
	if diff := cmp.Diff([]string{"both"}, events()); diff != "" {
		t.Errorf("done (-want +got)\n%s", diff)
	}
}

// An order for the gripper alone says nothing of a motion whose arm has not come to its end.
func TestGripEndsNoMotion(t *testing.T) {
	g, err := New(0, testConfig())
	if err != nil {
		t.Fatal(err)
	}
	here := Point{X: 200, Z: 150}
	g.LinkUp(here, 0)
	s := g.Connect(0, "laptop", Operator)
	there := here.Add(Point{X: 10})
	if v := g.Admit(0, s, Order{Move: true, Target: there, Notify: true, Tag: "move"}); !v.OK() {
		t.Fatal(v)
	}
	for !g.settling() {
		g.Tick(g.Next(), func(Setpoint) float64 { return 1 })
	}
	short := there.Sub(Point{X: 2 * settled})
	g.Measured(g.arrived, short, true) // a servo that begins late, or ends under load
	g.Events()
	if v := g.Admit(g.arrived, s, Order{Gripper: GripperOpen}); !v.OK() {
		t.Fatal(v)
	}
	for _, e := range g.Events() {
		if e.Kind == Done {
			t.Errorf("%q is done at %v", e.Tag, e.Position)
		}
	}
}
