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
