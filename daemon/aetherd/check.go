package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/daemon"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// openTime is how long check waits for the arm: a board that resets when it is opened
// needs seconds for its banner.
const openTime = 10 * time.Second

func checkCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, the workspace against the arm, and the ports; move nothing",
		Args:  cobra.NoArgs,
	}
	path := configFlag(c)
	offline := c.Flags().Bool("offline", false, "only what needs neither the arm nor the ports")
	c.RunE = func(c *cobra.Command, _ []string) error {
		cfg, err := config.Load(*path)
		if err != nil {
			return err
		}
		return check(c.Context(), c.OutOrStdout(), cfg, *offline)
	}
	return c
}

// check reports on everything before it fails, so one run shows all that is wrong.
func check(ctx context.Context, w io.Writer, c *config.Config, offline bool) error {
	reserve, err := arm.ReserveDescriptors()
	if err != nil {
		return err
	}
	d, err := c.Driver(reserve)
	if err != nil {
		return err
	}
	can := d.Capabilities()
	gate := c.Gate(can)
	errs := []error{gate.Validate(), daemon.CheckReach(d, gate.Workspace)}

	fmt.Fprintf(w, "configuration  config_hash %s, start %s, control %s\n", c.Hash(), c.Safety.Start, c.Safety.Control)
	if c.Server.InsecureLAN {
		fmt.Fprintln(w, "               insecure_lan: whoever reaches the ports can move the arm; there is no authentication")
	}
	ws := gate.Workspace
	fmt.Fprintf(w, "workspace      x %g to %g, y %g to %g, z %g to %g mm\n", ws.Min.X, ws.Max.X, ws.Min.Y, ws.Max.Y, ws.Min.Z, ws.Max.Z)
	fmt.Fprintf(w, "driver         %s: %s\n", can.Driver, promise(can))
	if !offline {
		errs = append(errs, checkPorts(w, c), checkArm(ctx, w, d, c, ws))
	}
	return errors.Join(errs...)
}

// promise says in words what a driver can and cannot do.
func promise(can arm.Capabilities) string {
	s := fmt.Sprintf("never more than %v of motion is committed", can.Horizon)
	if can.Horizon == 0 {
		s = "CANNOT bound what it has committed: a crash or a pulled cable stops the arm only when it has done all it was sent"
	}
	if can.Measured {
		s += ", the position is measured"
	} else {
		s += ", the position is only what was commanded"
	}
	s += ", a stop is " + can.StopEffect.String()
	if can.MovesOnOpen {
		s += ", THE ARM MOVES BY ITSELF when it is opened"
	}
	return s
}

func checkPorts(w io.Writer, c *config.Config) error {
	var errs []error
	for _, port := range []struct{ key, address string }{
		{"[server] listen", c.Server.Listen},
		{"[server] stop_listen", c.Server.StopListen},
		{"[ops] listen", c.Ops.Listen},
	} {
		l, err := net.Listen("tcp", port.address)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w (is aetherd running already?)", port.key, err))
			continue
		}
		_ = l.Close()
		fmt.Fprintf(w, "port           %s is free\n", port.address)
	}
	return errors.Join(errs...)
}

// checkArm opens the arm, as run does, and closes it.
func checkArm(ctx context.Context, w io.Writer, d arm.Driver, c *config.Config, workspace safety.Box) error {
	if d.Capabilities().MovesOnOpen {
		fmt.Fprintln(w, "arm            not opened, since it would move")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	o, err := d.Open(ctx, nobody{})
	if err != nil {
		return fmt.Errorf("[arm]: %w", err)
	}
	defer d.Close()
	p := o.Position
	fmt.Fprintf(w, "arm            answers (%s), stands at %.1f,%.1f,%.1f mm\n", o.Firmware, p.X, p.Y, p.Z)
	if inside, axis := workspace.Contains(p); !inside {
		fmt.Fprintf(w, "               which is outside the workspace in %s: it can come in, and not go farther out\n", axis)
	}
	if o.MaxSpeed > 0 && o.MaxSpeed < c.Safety.Motion.Speed {
		fmt.Fprintf(w, "               it keeps the horizon of %v up to %.0f mm/s only: the configured %g mm/s is not reached\n",
			d.Capabilities().Horizon, o.MaxSpeed, c.Safety.Motion.Speed)
	}
	if o.Alarm != "" {
		return fmt.Errorf("[arm]: the controller is locked: %s", o.Alarm)
	}
	return nil
}

// nobody is an arm.Feedback that nobody listens to.
type nobody struct{}

func (nobody) Measured(arm.Measurement)  {}
func (nobody) Gripped(safety.Gripper)    {}
func (nobody) Stopped(safety.StopResult) {}
func (nobody) Alarm(string, bool)        {}
func (nobody) Unlocked()                 {}
func (nobody) Lost(error)                {}
func (nobody) Wake()                     {}
