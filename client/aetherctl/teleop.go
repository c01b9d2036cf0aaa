package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/hands"
	"github.com/aether-arm/aetherd/client/hands/teleop"
)

func teleopCommand(s *station) *cobra.Command {
	c := &cobra.Command{
		Use:   "teleop",
		Short: "Lead the arm by a tracked hand",
		Args:  usage(cobra.NoArgs),
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(handsCommand(s))
	return c
}

// handsOptions are the flags of teleop hands, beside those of hands.Config.
type handsOptions struct {
	hands         hands.Config
	axes, box     string
	speed         float64
	ttl, deadman  time.Duration
	play, record  string
	rate          float64
	loop          bool
	approach      bool
	approachSpeed float64
	dryRun        bool
}

func handsCommand(s *station) *cobra.Command {
	c := &cobra.Command{
		Use:   "hands [LAPTOP]",
		Short: "Lead the arm by the hand that Aether's laptop program tracks",
		Long: `Lead the arm by the hand that Aether's laptop program tracks.

LAPTOP is where that program listens, host[:port] (default 127.0.0.1:8765). The right hand
leads the arm, the left hand opens and closes the gripper.

Nothing moves until the hand has been where the arm is for a moment: the status line says
how far to go and in which direction. A hand that is not seen any longer, a line that cannot
be read, a stream that stands, a refusal or a lost connection holds the arm at once, and the
hand has to come to the arm again. Ctrl-C releases the arm and ends.

The hand's box, the part of the picture that the laptop program tracks, is placed on a part
of the workspace. By default you stand behind the arm and see yourself as in a mirror: right
is right, up is up, and a hand pushed towards the camera pushes the arm forward. A gripper
is told only what the hand does anew after it has the arm.`,
		Example: `  aetherctl teleop hands laptop.local
  aetherctl teleop hands --dry-run
  aetherctl teleop hands --box 160,-110,90:240,110,210 --speed 100
  aetherctl teleop hands --play hands.ndjson --approach`,
		Args: usage(cobra.MaximumNArgs(1)),
	}
	o := &handsOptions{hands: hands.Default()}
	o.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error { return s.leadByHand(c, o, args) }
	return c
}

func (o *handsOptions) flags(c *cobra.Command) {
	f, h := c.Flags(), &o.hands
	f.StringVar(&o.axes, "axes", hands.BehindTheArm.String(), "where the picture's right, up and near lead: three `axes` of the arm")
	f.StringVar(&o.box, "box", "", "the part of the workspace for the hand, two corners `x,y,z:x,y,z` in mm (default about the arm, at most 220 × 120 × 80 mm to right, up and near)")
	f.Float64Var(&h.MinCutoff, "min-cutoff", h.MinCutoff, "One Euro filter: cutoff for a still hand, Hz; lower trembles less")
	f.Float64Var(&h.Beta, "beta", h.Beta, "One Euro filter: rise of the cutoff, Hz per mm/s; higher lags less")
	f.Float64Var(&h.DerivativeCutoff, "derivative-cutoff", h.DerivativeCutoff, "One Euro filter: cutoff for the speed, Hz")
	f.Float64Var(&h.DeadZone, "dead-zone", h.DeadZone, "a hand that moves less, in mm, is still")
	f.Float64Var(&h.Distance, "clutch-distance", h.Distance, "so near to the arm, in mm, the hand gets it")
	f.DurationVar(&h.Dwell, "clutch-dwell", h.Dwell, "after so long there")
	f.DurationVar(&h.Stale, "stale", h.Stale, "without a hand, or an answer of the daemon, for so long the arm is held")
	f.Float64Var(&h.Jump, "jump", h.Jump, "a hand that moves farther from one frame to the next, in mm, is none")
	f.IntVar(&h.GrabFrames, "grab-frames", h.GrabFrames, "so many equal frames make the gripper act")
	f.Float64Var(&o.speed, "speed", 0, "the arm's, at most, mm/s (default the daemon's limit)")
	f.DurationVar(&o.ttl, "ttl", 100*time.Millisecond, "a target that the daemon cannot begin within this time is dropped")
	f.DurationVar(&o.deadman, "deadman", teleop.Deadman, "the daemon holds the arm when this program is silent for so long, 100ms to 250ms")
	f.StringVar(&o.play, "play", "", "play this `file` of hand state in place of a laptop")
	f.Float64Var(&o.rate, "rate", 30, "with --play: lines a second, where they have no t_ms")
	f.BoolVar(&o.loop, "loop", false, "with --play: begin again at the end")
	f.BoolVar(&o.approach, "approach", false, "with --play: first move the arm to where the recording's hand begins")
	f.Float64Var(&o.approachSpeed, "approach-speed", 50, "at this speed, mm/s")
	f.StringVar(&o.record, "record", "", "write what the laptop says into this new `file`, with times")
	f.BoolVar(&o.dryRun, "dry-run", false, "move nothing: print what would be sent, with the daemon's verdict")
}

// check returns what is wrong with the command line.
func (o *handsOptions) check(c *cobra.Command, args []string) (box *hands.Box, err error) {
	if err := o.hands.Check(); err != nil {
		return nil, usageError{c, err}
	}
	if o.hands.Map.Axes, err = hands.ParseAxes(o.axes); err != nil {
		return nil, usageError{c, err}
	}
	if o.box != "" {
		b, err := hands.ParseBox(o.box)
		if err != nil {
			return nil, usageError{c, err}
		}
		box = &b
	}
	switch {
	case !(o.deadman >= 100*time.Millisecond && o.deadman <= 250*time.Millisecond):
		return nil, usagef(c, "deadman is %v: it must be from 100ms to 250ms", o.deadman)
	case !(o.ttl >= time.Millisecond && o.ttl <= 250*time.Millisecond):
		return nil, usagef(c, "ttl is %v: it must be from 1ms to 250ms", o.ttl)
	case !(o.speed >= 0), !(o.approachSpeed > 0):
		return nil, usagef(c, "a speed must be above 0")
	case !(o.rate >= 1 && o.rate <= 120):
		return nil, usagef(c, "rate is %g lines a second: it must be from 1 to 120", o.rate)
	case o.play == "" && (o.approach || o.loop || c.Flags().Changed("rate")):
		return nil, usagef(c, "--rate, --loop and --approach go with --play")
	case o.play != "" && (len(args) > 0 || o.record != ""):
		return nil, usagef(c, "--play is in place of a laptop: leave LAPTOP and --record out")
	case o.dryRun && o.approach:
		return nil, usagef(c, "--approach moves the arm, which --dry-run does not")
	}
	return box, nil
}

// laptopAddress completes where the laptop is.
func (s *station) laptopAddress(c *cobra.Command, args []string) (string, error) {
	address := "127.0.0.1"
	if len(args) > 0 {
		address = args[0]
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(strings.Trim(address, "[]"), teleop.DefaultPort)
	}
	if address == s.Address || address == s.StopAddress {
		return "", usagef(c, "%s is aetherd itself: LAPTOP is where Aether's laptop program listens, port %s unless it was changed", address, teleop.DefaultPort)
	}
	return address, nil
}

// stuckOutput is how long an interrupted run may take to end: what shows it may be a terminal
// that takes nothing any longer, a stalled ssh. The daemon holds the arm of a station that is gone.
const stuckOutput = 2 * time.Second

// leadByHand runs teleop hands.
func (s *station) leadByHand(c *cobra.Command, o *handsOptions, args []string) error {
	box, err := o.check(c, args)
	if err != nil {
		return err
	}
	source, player, done, err := s.handSource(c, o, args)
	if err != nil {
		return err
	}
	s.Deadman = o.deadman
	defer context.AfterFunc(c.Context(), func() { time.AfterFunc(stuckOutput, func() { os.Exit(exitInterrupted) }) })()
	screen := newHandsScreen(c.OutOrStdout(), s.json, o.dryRun)
	err = s.with(c, func(ctx context.Context, arm *client.Client) error {
		return s.leadArm(c, ctx, arm, o, box, source, player, screen)
	})
	if closed := done(); err == nil {
		err = closed
	}
	if errors.Is(err, teleop.ErrOutside) || errors.Is(err, hands.ErrNotHands) {
		return usageError{c, err}
	}
	return err
}

// handSource opens where hand state comes from; player is nil where that is a laptop.
func (s *station) handSource(c *cobra.Command, o *handsOptions, args []string) (source teleop.Source, player *teleop.Player, done func() error, err error) {
	done = func() error { return nil }
	if o.play != "" {
		file, err := os.Open(o.play)
		if err != nil {
			return nil, nil, nil, usageError{c, err}
		}
		if player, err = teleop.NewPlayer(file); err != nil {
			_ = file.Close()
			return nil, nil, nil, usagef(c, "%s: %w (aetherctl play plays recordings of the arm)", o.play, err)
		}
		player.Rate, player.Loop = o.rate, o.loop
		return player, player, file.Close, nil
	}
	laptop := &teleop.Laptop{}
	if laptop.Address, err = s.laptopAddress(c, args); err != nil {
		return nil, nil, nil, err
	}
	if o.record != "" {
		file, err := os.OpenFile(o.record, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if err != nil {
			return nil, nil, nil, usageError{c, err}
		}
		laptop.Record, done = teleop.NewRecorder(file), func() error { return closeRecording(file) }
	}
	return laptop, nil, done, nil
}

// closeRecording closes file, and takes it away where nothing is in it: the next attempt may
// have its name.
func closeRecording(file *os.File) error {
	info, err := file.Stat()
	if err = cmp.Or(err, file.Close()); err == nil && info.Size() == 0 {
		err = os.Remove(file.Name())
	}
	return err
}

// leadArm lets the source lead an arm that is connected.
func (s *station) leadArm(c *cobra.Command, ctx context.Context, arm *client.Client, o *handsOptions, box *hands.Box,
	source teleop.Source, player *teleop.Player, screen *handsScreen) error {
	w := arm.Welcome()
	if o.speed > w.Speed {
		return usagef(c, "speed is %g mm/s: the daemon's limit is %g", o.speed, w.Speed)
	}
	if least := 45.0; w.Rate < least {
		fmt.Fprintf(c.ErrOrStderr(), "aetherctl: the daemon takes %g requests a second, and a hand sends 30: expect holds (rate_per_s in its configuration)\n", w.Rate)
	}
	m, err := teleop.Place(ctx, arm, o.hands.Map.Axes, box, func() { screen.note("waiting until the arm says where it is") })
	if err != nil {
		return err
	}
	o.hands.Map = m
	from := o.play
	if laptop, is := source.(*teleop.Laptop); is {
		from = laptop.Address
	}
	screen.begin(&m, from, o)
	if o.approach {
		screen.note("moving the arm to where the recording's hand begins")
		if err := teleop.Approach(ctx, arm, &m, player.First(), min(o.approachSpeed, w.Speed)); err != nil {
			var short *client.Unfinished
			if errors.As(err, &short) && short.Cause == "deadman" {
				return fmt.Errorf("%w: this computer or the network stood for longer than --deadman %v; begin again", err, o.deadman)
			}
			return err
		}
		player.HoldFirst()
	}
	cfg := teleop.Config{
		Hands: o.hands, Source: source, Speed: o.speed, TTL: o.ttl, DryRun: o.dryRun,
		Stopped: howToReset, Tell: screen.tell,
	}
	if player != nil {
		cfg.Engaged, cfg.Recorded = player.Begin, true
	}
	err = teleop.Run(ctx, arm, cfg)
	screen.end(err == nil)
	return err
}
