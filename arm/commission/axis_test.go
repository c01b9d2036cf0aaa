package commission

import (
	"testing"

	"github.com/aether-arm/aetherd/arm/feetech"
)

func TestAxis(t *testing.T) {
	a := Arm{Claw: Claw{ID: 5, Open: 2600, Closed: 2000}}
	if axis, err := a.Axis("claw"); err != nil || axis.Low != 2000 || axis.High != 2600 || axis.ID != 5 {
		t.Errorf("claw: %+v, %v", axis, err)
	}
	a.Claw.ID = 0
	for _, name := range []string{"claw", "", "hand"} {
		if _, err := a.Axis(name); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
	for _, id := range []int{-1, 254} {
		if _, err := ServoAxis(id); err == nil {
			t.Errorf("servo %d is taken", id)
		}
	}
	if axis, err := ServoAxis(7); err != nil || axis.Low != 0 || axis.High != feetech.CountsPerTurn-1 {
		t.Errorf("servo: %+v, %v", axis, err)
	}
}
