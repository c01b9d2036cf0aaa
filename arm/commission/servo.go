package commission

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aether-arm/aetherd/arm/feetech"
	"github.com/aether-arm/aetherd/arm/kinematics"
)

// askIDs asks for the servos. Nothing is sent yet.
func (k *calibration) askIDs(ctx context.Context) (err error) {
	for i := range k.arm.Joints {
		if err := k.askID(ctx, i); err != nil {
			return err
		}
	}
	return k.askID(ctx, clawIndex)
}

// clawIndex is behind the joints.
const clawIndex = kinematics.Joints

// id is where the id of a joint or of the claw is kept.
func (k *calibration) id(i int) *int {
	if i == clawIndex {
		return &k.arm.Claw.ID
	}
	return &k.arm.Joints[i].ID
}

func name(i int) string {
	if i == clawIndex {
		return "claw"
	}
	return kinematics.Name(i)
}

// askID asks for one id that none of those before has.
func (k *calibration) askID(ctx context.Context, i int) error {
	what, proposal := name(i), strconv.Itoa(*k.id(i))
	if i == clawIndex {
		what += ", none if there is no claw"
		if proposal == "0" {
			proposal = "none"
		}
	}
	id, err := ask(ctx, k.Console, what, proposal, func(answer string) (int, error) {
		if i == clawIndex && (answer == "none" || answer == "0") {
			return 0, nil
		}
		id, err := strconv.Atoi(answer)
		if err != nil || id < 1 || id > lastID {
			return 0, fmt.Errorf("write the servo's id, 1 to %d", lastID)
		}
		for other := range clawIndex + 1 {
			if other != i && *k.id(other) == id && (other < i || k.sent) {
				return 0, fmt.Errorf("servo %d is that of the %s", id, name(other))
			}
		}
		return id, nil
	})
	*k.id(i) = id
	return err
}

// ids returns the servos of the joints and the claw, as far as there is one.
func (k *calibration) ids() []int {
	ids := make([]int, 0, clawIndex+1)
	for i := range clawIndex + 1 {
		ids = append(ids, *k.id(i))
	}
	return slices.DeleteFunc(ids, func(id int) bool { return id == 0 })
}

func (k *calibration) idList() string {
	texts := make([]string, 0, len(k.ids()))
	for _, id := range k.ids() {
		texts = append(texts, strconv.Itoa(id))
	}
	return strings.Join(texts, ", ")
}

// connect switches every torque off and looks at the servos. Of one that does not answer it
// asks for the id again, with all the others limp already.
func (k *calibration) connect(ctx context.Context) error {
	k.sent = true
	var silent []int
	for i := range clawIndex + 1 {
		if *k.id(i) != 0 {
			silent = append(silent, i)
		}
	}
	for len(silent) > 0 {
		var err error
		if silent, err = k.release(ctx, silent); err != nil {
			return err
		}
		for _, i := range silent {
			k.say("  %s: servo %d does not answer. Is its cable plugged in, and is that its id?\n", name(i), *k.id(i))
			if err := k.askID(ctx, i); err != nil {
				return err
			}
		}
		silent = slices.DeleteFunc(silent, func(i int) bool { return *k.id(i) == 0 })
	}
	k.limp = true
	k.say("The torque is off.\n")
	return k.look(ctx)
}

// release switches torques off, and returns those that did not answer. Ctrl-C does not come
// in between: an arm that is limp in part falls in a way that nobody expects.
func (k *calibration) release(ctx context.Context, joints []int) (silent []int, err error) {
	ctx = context.WithoutCancel(ctx)
	for _, i := range joints {
		id := *k.id(i)
		one := patiently(func() error { return k.bus.Torque(ctx, id, false) })
		if errors.Is(one, feetech.ErrNoAnswer) {
			silent = append(silent, i)
		} else if one != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", name(i), one))
		}
	}
	return silent, err
}

// look prints the servos, and refuses one that cannot be used.
func (k *calibration) look(ctx context.Context) error {
	var servos []feetech.Servo
	for _, id := range k.ids() {
		s, err := read(ctx, k.bus, id)
		if err == nil {
			err = checkModel(s)
		}
		if err != nil {
			return err
		}
		servos = append(servos, s)
	}
	return printServos(k.out, servos)
}
