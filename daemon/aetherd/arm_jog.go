package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/arm/commission"
	"github.com/aether-arm/aetherd/daemon/config"
)

func armJogCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "jog (--id N --port P | --joint NAME --config FILE)",
		Short: "Turn one joint by some degrees, at a crawl",
		Args:  cobra.NoArgs,
	}
	port := c.Flags().String("port", "", "`port` of the bus (default: arm.serial.port of the configuration)")
	baud := baudFlag(c)
	path := c.Flags().StringP("config", "c", "", "configuration `file` with the joints and their limits")
	id := c.Flags().Int("id", 0, "turn the servo with this `id`, within its one turn")
	joint := c.Flags().String("joint", "", "turn this joint of the configuration, within its limits: `name` base, shoulder, elbow, wrist or claw")
	by := c.Flags().Float64("by", 5, "`degrees`; negative ones turn the other way")
	speed := c.Flags().Float64("speed", commission.DefaultSpeed, fmt.Sprintf("`degrees` per second, %g to %g", commission.LeastSpeed, commission.TopSpeed))
	yes := yesFlag(c)
	c.MarkFlagsOneRequired("id", "joint")
	c.MarkFlagsMutuallyExclusive("id", "joint")
	c.RunE = func(c *cobra.Command, _ []string) error {
		axis, err := commission.ServoAxis(*id)
		if *path != "" || *joint != "" {
			var a config.Arm
			if a, err = finished(*path); err != nil {
				return err
			}
			if *joint != "" {
				axis, err = commissioned(a.Feetech).Axis(*joint)
			}
			if !c.Flags().Changed("port") {
				*port = a.Serial.Port
			}
			if !c.Flags().Changed("baud") {
				*baud = a.Serial.Baud
			}
		}
		if err != nil {
			return err
		}
		if *port == "" {
			return errors.New(`on which port is the servo? Add --port; "aetherd arm scan" lists the ports`)
		}
		person := console(c, *yes)
		defer person.Close()
		if err := person.CanAsk(); err != nil {
			return err
		}
		b, err := commission.OpenBus(*port, *baud)
		if err != nil {
			return err
		}
		defer b.Close()
		return commission.Jog(c.Context(), person, b, axis, *by, *speed)
	}
	return c
}

// finished reads [arm] of a configuration whose joints have been measured: nothing moves
// within limits that somebody has only begun to write.
func finished(path string) (config.Arm, error) {
	if path == "" {
		return config.Arm{}, errors.New("which joint is that? Add --config with the file that knows it")
	}
	c, err := config.Load(path)
	if err != nil {
		return config.Arm{}, err
	}
	if c.Arm.Driver != config.DriverFeetech {
		return config.Arm{}, fmt.Errorf("%s: arm.driver = %q: its joints are not those of %q", path, c.Arm.Driver, config.DriverFeetech)
	}
	return c.Arm, nil
}
