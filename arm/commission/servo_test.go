package commission

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm/feetech"
)

// hasty is a Bus at which Ctrl-C is pressed as soon as the first torque is off.
type hasty struct {
	Bus
	ctrlC context.CancelFunc
	limp  []int
}

func (h *hasty) Torque(ctx context.Context, id int, on bool) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if !on {
		h.limp = append(h.limp, id)
	}
	h.ctrlC()
	return nil
}

func (h *hasty) Read(ctx context.Context, id int) (feetech.Servo, error) {
	return feetech.Servo{ID: id, Model: 777}, ctx.Err()
}

// An arm is never left limp in part.
func TestCtrlCWhileTheTorqueGoesOff(t *testing.T) {
	ctx, ctrlC := context.WithCancel(t.Context())
	h := &hasty{ctrlC: ctrlC}
	c, _, _ := terminal(t, Options{})
	k := &calibration{Console: c, bus: h, arm: newArm()}
	if err := k.connect(ctx); err == nil {
		t.Error("goes on")
	}
	if diff := cmp.Diff([]int{1, 2, 3, 4}, slices.Sorted(slices.Values(h.limp))); diff != "" {
		t.Errorf("limp (-want +got)\n%s", diff)
	}
	if left := k.left(); left != "nothing was written; the torque is off" {
		t.Error(left)
	}
}
