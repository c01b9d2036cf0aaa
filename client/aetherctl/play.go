package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/recording"
)

// approachSpeed is how fast the arm goes to where a recording begins, in mm/s.
const approachSpeed = 50

func playCommand(s *station) *cobra.Command {
	p := &playing{station: s}
	c := &cobra.Command{
		Use:   "play FILE",
		Short: "Have the arm repeat a recording, with its timing",
		Long: `Have the arm repeat where it was in a recording of aetherctl record, with the timing that it
had, and what its gripper did. FILE is - for standard input. Stops in a recording are told and
not repeated. Lines of plain requests with a time play as well:
  {"t_ms":0,"type":"move","x":150,"y":0,"z":200,"speed":80}
  {"t_ms":2500,"type":"grip","gripper":"closed"}

The whole file is judged before anything moves. It ends at once when the arm is stopped or held,
a request is refused, or the connection breaks, and does not go on by itself. Ctrl-C hangs up,
which decelerates the arm.`,
		Example: `  aetherctl play wave.ndjson --approach
  aetherctl play wave.ndjson --speed 0.5 --loop 3
  aetherctl play wave.ndjson --check`,
		Args: usage(cobra.ExactArgs(1)),
	}
	f := c.Flags()
	f.Float64Var(&p.factor, "speed", 1, "`factor` of the recorded speed, as far as the limits permit")
	f.BoolVar(&p.approach, "approach", false, fmt.Sprintf("first go to where it begins, at %d mm/s", approachSpeed))
	f.Float64Var(&p.tolerance, "tolerance", 10, "without --approach: how far the arm may stand from there, in `mm`")
	f.DurationVar(&p.Deadman, "deadman", recording.Deadman, "end where nothing could be sent for so long; the daemon holds the arm then")
	f.IntVar(&p.loops, "loop", 1, "play it so many `times`")
	f.BoolVar(&p.check, "check", false, "only say whether it can be played: nothing moves")
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case !(p.factor >= 0.01 && p.factor <= 100):
			return usagef(c, "--speed is %g: it is a factor from 0.01 to 100, and 1 is as recorded", p.factor)
		case !(p.tolerance >= 0):
			return usagef(c, "--tolerance is %g: it must not be negative", p.tolerance)
		case p.Deadman < recording.MinDeadman:
			return usagef(c, "--deadman is %v: it must be at least %v", p.Deadman, recording.MinDeadman)
		case p.loops < 1:
			return usagef(c, "--loop is %d: it must be at least 1", p.loops)
		}
		p.command, p.name = c, args[0]
		return p.run()
	}
	return c
}

// playing is one run of play.
type playing struct {
	*station
	command *cobra.Command
	name    string

	factor    float64
	approach  bool
	tolerance float64 // mm
	loops     int
	check     bool

	track *recording.Track
}

func (p *playing) run() error {
	if err := p.read(); err != nil {
		return usageError{p.command, fmt.Errorf("%s: %w", p.name, err)}
	}
	return p.with(p.command, func(ctx context.Context, arm *client.Client) error {
		w := arm.Welcome()
		if err := p.track.Check(&w, p.factor); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := p.judged(ctx, arm); err != nil {
			return err
		}
		if p.check {
			return p.tellChecked()
		}
		if err := p.near(ctx, arm); err != nil {
			return err
		}
		p.notes(&w)
		return p.play(ctx, arm, w)
	})
}

// read reads all of the file. What a terminal is still to type, or a pipe to say, is not waited
// for when the command is interrupted; the goroutine that reads ends with the process then.
func (p *playing) read() error {
	ctx := p.command.Context()
	read := make(chan error, 1)
	go func() {
		track, err := p.open()
		p.track = track
		read <- err
	}()
	select {
	case err := <-read:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *playing) open() (*recording.Track, error) {
	if p.name == "-" {
		return recording.Read(p.command.InOrStdin())
	}
	f, err := os.Open(p.name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return recording.Read(f)
}

// judged asks the daemon for its verdict of the outermost points, inside of which are all
// others, and of a grip: may this station move the arm now? Nothing moves.
func (p *playing) judged(ctx context.Context, arm *client.Client) error {
	for _, o := range p.track.Outermost() {
		if _, err := arm.Move(ctx, o.Point, client.CheckOnly()); err != nil {
			return err
		}
	}
	if len(p.track.Grips) > 0 {
		if _, err := arm.Grip(ctx, p.track.Grips[0].Gripper, client.CheckOnly()); err != nil {
			return err
		}
	}
	return nil
}

// near says what to do where the arm is not where the recording begins, or a loop ends elsewhere.
func (p *playing) near(ctx context.Context, arm *client.Client) error {
	state, err := arm.State(ctx)
	if err != nil {
		return err
	}
	first, last := p.track.First(), p.track.Last()
	switch off := first.Sub(state.Position).Norm(); {
	case !state.HasPosition:
		return errors.New("where the arm is is not known: is it on and connected? (aetherctl status)")
	case p.approach:
		return nil
	case off > p.tolerance:
		return fmt.Errorf("the arm stands %.1f mm from where the recording begins (%s): with --approach it goes there first, at %d mm/s", off, pointText(first, true), approachSpeed)
	}
	if off := first.Sub(last).Norm(); p.loops > 1 && off > p.tolerance {
		return fmt.Errorf("the recording ends %.1f mm from where it begins: with --approach the arm goes back between the loops, at %d mm/s", off, approachSpeed)
	}
	return nil
}

// notes tells what in the recording will not be as it was.
func (p *playing) notes(w *client.Welcome) {
	t, note := p.track, func(format string, values ...any) {
		fmt.Fprintf(p.command.ErrOrStderr(), format+"\n", values...)
	}
	if t.Cut {
		note("The last line is cut off: it is left out.")
	}
	if t.Stops > 0 {
		note("The arm was stopped %s while it was recorded: that is not repeated.", times(t.Stops))
	}
	if t.Losses > 0 {
		note("The connection was lost %s while it was recorded: there the arm goes straight on.", times(t.Losses))
	}
	if t.ConfigHash != "" && t.ConfigHash != w.ConfigHash {
		note("It was recorded of %q with another safety configuration.", t.Arm)
	}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// seconds is how long one loop takes.
func (p *playing) seconds() float64 { return p.track.Length.Seconds() / p.factor }

func (p *playing) tellChecked() error {
	t := p.track
	return p.print(p.command, fmt.Sprintf("%s can be played: %d points and %d grips in %.1f s.", p.name, len(t.Samples), len(t.Grips), p.seconds()), struct {
		ok
		Points  int     `json:"points"`
		Grips   int     `json:"grips"`
		Seconds float64 `json:"seconds"`
	}{done, len(t.Samples), len(t.Grips), p.seconds()})
}

// play plays every loop.
func (p *playing) play(ctx context.Context, arm *client.Client, w client.Welcome) error {
	var all recording.Played
	begun := time.Now()
	for loop := range p.loops {
		if p.approach {
			if _, err := arm.MoveAndWait(ctx, p.track.First(), client.Speed(min(approachSpeed, w.Speed))); err != nil {
				return fmt.Errorf("on the way to where it begins: %w", err)
			}
		}
		if loop == 0 {
			fmt.Fprintf(p.command.ErrOrStderr(), "Playing %s, %.1f s. Ctrl-C ends it.\n", p.name, p.seconds()*float64(p.loops))
			begun = time.Now()
		}
		played, err := recording.Play(ctx, arm, p.track, recording.Options{Factor: p.factor, Welcome: w, Lagging: p.lagging})
		all.Sent += played.Sent
		all.Late += played.Late
		if played.Most.Distance > all.Most.Distance {
			all.Most = played.Most
		}
		if err != nil {
			return fmt.Errorf("after %.1f s: %w", time.Since(begun).Seconds(), err)
		}
	}
	return p.tellPlayed(time.Since(begun), all)
}

func (p *playing) lagging(l recording.Lag) {
	fmt.Fprintf(p.command.ErrOrStderr(), "%.1f s: the arm is %.0f mm behind. A lower --speed gives it time.\n", l.At.Seconds(), l.Distance)
}

func (p *playing) tellPlayed(took time.Duration, all recording.Played) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Played %s in %.1f s, %d motions", p.name, took.Seconds(), all.Sent)
	if !p.track.Requests {
		fmt.Fprintf(&b, "; the arm was at most %.1f mm behind", all.Most.Distance)
	}
	if all.Late > 0 {
		fmt.Fprintf(&b, "; %d were left out, because they were late", all.Late)
	}
	return p.print(p.command, b.String()+".", struct {
		ok
		Seconds float64 `json:"seconds"`
		Motions int     `json:"motions"`
		Late    int     `json:"late"`
		LagMM   float64 `json:"lag_mm"`
	}{done, took.Round(time.Millisecond).Seconds(), all.Sent, all.Late, math.Round(all.Most.Distance*10) / 10})
}
