package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/commission"
)

func armScanCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "scan",
		Short: "List the serial ports and the servos behind them; no servo is moved or changed",
		Long: `List the serial ports and the servos behind them.

Servos are pinged and read: none is moved or changed. But a port must be opened
for that, and opening alone restarts many other controllers (boards of the Arduino
kind) and may make another arm move by itself (a RoArm). So ports that were only
found are opened after a question, and those named with --port at once.`,
		Args: cobra.NoArgs,
	}
	ports := c.Flags().StringSlice("port", nil, "ask for servos on this `port` only; may be repeated")
	baud := baudFlag(c)
	ids := c.Flags().String("ids", "1-20", "ask for these servo `ids`")
	yes := yesFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		asked, err := commission.ParseIDs(*ids)
		if err != nil {
			return fmt.Errorf("--ids: %w", err)
		}
		if len(*ports) == 0 {
			if *ports, err = findPorts(c, *yes); err != nil {
				return err
			}
		}
		var errs []error
		for _, path := range *ports {
			errs = append(errs, scanPort(c, path, *baud, asked))
			if err := c.Context().Err(); err != nil {
				break
			}
		}
		return errors.Join(errs...)
	}
	return c
}

// findPorts lists the ports that are plugged in, and returns them if they may be opened.
func findPorts(c *cobra.Command, yes bool) (paths []string, err error) {
	found, err := arm.Ports()
	if err != nil {
		return nil, err
	}
	if err := commission.PrintPorts(c.OutOrStdout(), found); err != nil || len(found) == 0 {
		return nil, err
	}
	for _, p := range found {
		paths = append(paths, p.Path)
	}
	return paths, mayOpen(c, yes, paths)
}

// mayOpen asks whether ports may be opened of which nobody has said that servos are there.
func mayOpen(c *cobra.Command, yes bool, paths []string) error {
	person := console(c, yes)
	defer person.Close()
	return person.Consent(c.Context(), fmt.Sprintf(openQuestion, strings.Join(paths, ", ")))
}

const openQuestion = `
To find servos, pings are sent to %s.
Opening a port alone may restart another controller, or make another arm move by
itself: keep clear of all that is plugged in there. --port names a single one.
Open them?`

func scanPort(c *cobra.Command, path string, baud int, ids []int) error {
	b, err := commission.OpenBus(path, baud)
	if err != nil {
		return err
	}
	defer b.Close()
	fmt.Fprintf(c.OutOrStdout(), "%s, %d baud, ids %d to %d:\n", path, baud, ids[0], ids[len(ids)-1])
	return commission.Scan(c.Context(), b, ids, c.OutOrStdout())
}
