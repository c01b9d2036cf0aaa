package screen

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

// claw is the gripper under two keys.
type claw struct {
	told     safety.Gripper
	gripping bool
}

type gripDone struct {
	gripper safety.Gripper
	err     error
}

// The two ways, in percent a key press.
const (
	wider    = 5
	narrower = -wider
)

func (c *claw) observe(s *client.State) {
	if !c.gripping {
		c.told = s.Gripper
	}
}

// grip moves the gripper by a step where it has steps and it is known where it is, and
// otherwise to its end. One is under way at a time.
func (c *claw) grip(ctx context.Context, arm MovingArm, kind safety.GripperKind, by int) tea.Cmd {
	if c.gripping {
		return nil
	}
	to := safety.GripperOpen
	if by < 0 {
		to = safety.GripperClosed
	}
	if kind == safety.OpeningGripper && c.told != safety.GripperUnchanged {
		to = safety.GripperAt(c.told.Opening() + by)
	}
	c.gripping, c.told = true, to
	return func() tea.Msg {
		_, err := arm.Grip(ctx, to)
		return gripDone{to, err}
	}
}

// done takes what became of it.
func (c *claw) done(m gripDone) string {
	c.gripping = false
	if m.err != nil {
		return "Gripper: " + brief(m.err)
	}
	return fmt.Sprintf("Gripper: %s.", GripperText(safety.OpeningGripper, m.gripper))
}
