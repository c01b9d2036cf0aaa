package main

import (
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/arm/commission"
	"github.com/aether-arm/aetherd/arm/kinematics"
	"github.com/aether-arm/aetherd/daemon/config"
)

func armCalibrateCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "calibrate",
		Short: "Measure the joints by hand with the torque off, and write it into the configuration",
		Args:  cobra.NoArgs,
	}
	port := c.Flags().String("port", "", "`port` of the bus (default: arm.serial.port of the configuration)")
	baud := baudFlag(c)
	path := c.Flags().StringP("config", "c", "", "configuration `file` that gets the result")
	yes := yesFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		present, err := unfinished(*path)
		if err != nil {
			return err
		}
		if !c.Flags().Changed("port") {
			*port = present.Serial.Port
		}
		if !c.Flags().Changed("baud") && present.Serial.Baud != 0 {
			*baud = present.Serial.Baud
		}
		if *port == "" {
			return errors.New(`on which port is the arm? Add --port; "aetherd arm scan" lists the ports`)
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
		if err := commission.Calibrate(c.Context(), person, b, *port, *path, commissioned(present.Feetech)); err != nil {
			return err
		}
		if *path != "" && present.Driver != config.DriverFeetech {
			fmt.Fprintf(c.OutOrStdout(), "It has no effect before arm.driver = %q stands there.\n", config.DriverFeetech)
		}
		return nil
	}
	return c
}

// unfinished reads [arm] of a configuration that need not be complete yet: what is measured
// here is what it may lack. Lengths that it lacks are NaN, and a baud rate 0.
func unfinished(path string) (config.Arm, error) {
	var c struct {
		Arm config.Arm `toml:"arm"`
	}
	c.Arm = config.Default().Arm
	c.Arm.Serial.Baud = 0
	links := &c.Arm.Feetech.Links
	links.Height, links.Upper, links.Fore, links.Hand = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	if path == "" {
		return c.Arm, nil
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		return c.Arm, fmt.Errorf("read the configuration: %w", err)
	}
	if err := toml.Unmarshal(doc, &c); err != nil {
		return c.Arm, fmt.Errorf("%s: %w", path, err)
	}
	return c.Arm, nil
}

// commissioned is what the configuration says about the arm, for package commission.
func commissioned(f config.Feetech) commission.Arm {
	a := commission.Arm{
		Pitch: f.HandPitch,
		Links: kinematics.Links{Height: f.Links.Height, Offset: f.Links.Offset, Upper: f.Links.Upper, Fore: f.Links.Fore, Hand: f.Links.Hand},
		Claw:  commission.Claw(f.Claw),
	}
	for i, j := range []config.FeetechJoint{f.Base, f.Shoulder, f.Elbow, f.Wrist} {
		a.Joints[i] = commission.Joint(j)
	}
	return a
}
