package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/safety"
)

func moveCommand(s *station) *cobra.Command {
	m := &motion{}
	c := &cobra.Command{
		Use:   "move X Y Z",
		Short: "Move the arm to a point, and wait until it is there",
		Long: `Move the arm to X Y Z (mm), and wait until it is there.

The daemon decelerates the arm when the station that moves it hangs up. So move waits, and
Ctrl-C ends the motion too. With --wait=false it ends when the daemon has accepted the
motion, and that ends the motion. The gripper acts at once, not at the end.`,
		Example: `  aetherctl move 150 0 200
  aetherctl move -120.5 80 150 --speed 40 --gripper open
  aetherctl move 150 0 200 --check && echo "that would be accepted"`,
		Args: usage(cobra.ExactArgs(3)),
		RunE: func(c *cobra.Command, args []string) error {
			if err := m.parse(c, args); err != nil {
				return usageError{c, err}
			}
			return m.carryOut(s, c)
		},
	}
	c.Flags().Float64Var(&m.speed, "speed", 0, "at most so fast, `mm/s` (default the daemon's limit)")
	c.Flags().StringVar(&m.opening, "gripper", "", "`open`, closed, or an opening from 0 to 100 %")
	m.flags(c)
	return c
}

func gripCommand(s *station) *cobra.Command {
	m := &motion{}
	c := &cobra.Command{
		Use:     "grip open|closed|PERCENT",
		Short:   "Open or close the gripper",
		Example: "  aetherctl grip closed\n  aetherctl grip 35",
		Args:    usage(cobra.ExactArgs(1)),

		ValidArgs: []string{"open", "closed"},
		RunE: func(c *cobra.Command, args []string) (err error) {
			if m.gripper, err = parseGripper(args[0]); err != nil {
				return usageError{c, err}
			}
			return m.carryOut(s, c)
		},
	}
	m.flags(c)
	return c
}

// motion is what move or grip ask for.
type motion struct {
	to      *safety.Point // mm; nil: the arm stays where it is
	gripper safety.Gripper
	slowly  bool // speed was given

	speed       float64 // mm/s
	opening     string
	wait, check bool
}

func (m *motion) flags(c *cobra.Command) {
	c.Flags().BoolVar(&m.wait, "wait", true, "stay until the motion has ended")
	c.Flags().BoolVar(&m.check, "check", false, "ask for the verdict; nothing moves")
}

func (m *motion) parse(c *cobra.Command, args []string) (err error) {
	if m.to, err = parsePoint(args); err != nil {
		return err
	}
	m.slowly = c.Flags().Changed("speed")
	if c.Flags().Changed("gripper") {
		m.gripper, err = parseGripper(m.opening)
	}
	return err
}

// parsePoint reads three lengths in mm.
func parsePoint(args []string) (*safety.Point, error) {
	var p safety.Point
	for i, into := range []*float64{&p.X, &p.Y, &p.Z} {
		text := strings.TrimSpace(args[i])
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("%c is %q: it must be a length in mm", "XYZ"[i], text)
		}
		*into = v
	}
	return &p, nil
}

// parseGripper reads a word of the protocol, or an opening in percent.
func parseGripper(text string) (safety.Gripper, error) {
	switch text {
	case "open":
		return safety.GripperOpen, nil
	case "closed", "close":
		return safety.GripperClosed, nil
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil {
		return safety.GripperUnchanged, fmt.Errorf("the gripper is %q: it must be open, closed, or an opening from 0 to 100 %%", text)
	}
	return client.Opening(percent)
}

// carryOut sends the motion, and waits for its outcome where that is asked for.
func (m *motion) carryOut(s *station, c *cobra.Command) error {
	return s.with(c, func(ctx context.Context, arm *client.Client) error {
		if m.check {
			if _, err := m.send(ctx, arm, client.CheckOnly()); err != nil {
				return err
			}
			return s.print(c, "It would be accepted.", motionJSON{ok: done, Outcome: "would_be_accepted"})
		}
		sent, err := m.send(ctx, arm, client.Notify())
		if err != nil {
			return err
		}
		result := motionJSON{ok: done, Outcome: "accepted"}
		text := "Accepted."
		if at, clamped := sent.Clamped(); clamped {
			result.Clamped = newPointJSON(at, true)
			text = "Accepted, at the edge of the workspace: " + pointText(at, true) + " mm."
		}
		if !m.wait {
			return s.print(c, text, result)
		}
		o, err := await(ctx, arm, sent)
		if err != nil {
			return err
		}
		result.Outcome, result.Position = o.End.String(), newPointJSON(o.Position, o.HasPosition)
		return s.print(c, "Done, at "+pointText(o.Position, o.HasPosition)+" mm.", result)
	})
}

// motionJSON is the result of a motion.
type motionJSON struct {
	ok
	Outcome  string     `json:"outcome"`
	Position *pointJSON `json:"position,omitempty"`
	Clamped  *pointJSON `json:"clamped,omitempty"`
}

// send sends what is asked for: one request, or two where the protocol has none for it.
func (m *motion) send(ctx context.Context, arm *client.Client, how client.Option) (*client.Motion, error) {
	switch {
	case m.to == nil:
		return arm.Grip(ctx, m.gripper, how)
	case m.gripper == safety.GripperUnchanged:
		return arm.Move(ctx, *m.to, m.paced(how)...)
	case !m.slowly:
		return arm.Command(ctx, *m.to, m.gripper, how)
	}
	// Nothing of the two is begun where the second would be refused.
	if _, err := arm.Move(ctx, *m.to, m.paced(client.CheckOnly())...); err != nil {
		return nil, err
	}
	grip := []client.Option{}
	if m.check {
		grip = append(grip, client.CheckOnly())
	}
	if _, err := arm.Grip(ctx, m.gripper, grip...); err != nil {
		return nil, err
	}
	return arm.Move(ctx, *m.to, m.paced(how)...)
}

func (m *motion) paced(how client.Option) []client.Option {
	if m.slowly {
		return []client.Option{how, client.Speed(m.speed)}
	}
	return []client.Option{how}
}

// await feeds the deadman until the motion has ended, or ctx.
func await(ctx context.Context, arm *client.Client, m *client.Motion) (client.Outcome, error) {
	beat, end := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = arm.Heartbeat(beat, 0) // where it fails the connection is lost, which the motion tells
	}()
	o, err := m.Wait(ctx)
	end()
	<-ended
	if err == nil {
		err = o.Err()
	}
	return o, err
}
